#include <csignal>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/real_machine.hpp"
#include "cli/run.hpp"
#include "process/interrupt.hpp"

namespace {

int terminal_width() {
  winsize size{};
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 80;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond a file size limit is then an error that is told
  try {
    const envguard::process::Interrupt interrupt;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const envguard::cli::Streams streams{.in = std::cin,
                                         .out = std::cout,
                                         .err = std::cerr,
                                         .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
                                         .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                                         .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                         .width = terminal_width()};
    return envguard::cli::run(arguments, envguard::cli::real_machine(), streams);
  } catch (const std::exception& error) {
    std::cerr << "envguard: " << error.what() << "\n";
    const auto* known = dynamic_cast<const envguard::base::Error*>(&error);
    return static_cast<int>(known != nullptr ? known->code() : envguard::base::ExitCode::could_not_measure);
  }
}
