#include "lockfile/screen.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "lockfile/utf8.hpp"

namespace envguard::lockfile {

namespace {

// toml++ destroys nested tables by recursion; one inside another, 64 names by 64 levels of arrays stay within a stack.
constexpr std::size_t dots_on_a_line = 64;

/// Follows strings and comments of TOML just far enough to know what lies outside them.
class Screen {
 public:
  Screen(std::string_view text, const Source& source) : rest_(text), source_(source) {}

  void run() {
    while (!rest_.empty()) {
      if (rest_.starts_with("\"\"\"")) {
        skip_string("\"\"\"", true);
      } else if (rest_.starts_with("'''")) {
        skip_string("'''", false);
      } else if (rest_.front() == '"') {
        skip_string("\"", true);
      } else if (rest_.front() == '\'') {
        skip_string("'", false);
      } else if (rest_.front() == '#') {
        while (!rest_.empty() && rest_.front() != '\n') step();
      } else {
        outside(rest_.front());
        step();
      }
    }
  }

 private:
  void outside(char c) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      // Nobody writes a lock by hand: there it is damage, and the lock's own next step helps.
      const bool by_hand = source_.code == base::ExitCode::usage;
      throw source_.error(line_, "a character that is not ASCII stands outside quotes",
                          by_hand ? "put it in \"quotes\"" : "");
    }
    if (c == '.' && ++dots_ > dots_on_a_line)
      throw source_.error(line_, fmt::format("more than {} dotted names on one line", dots_on_a_line));
  }

  /// A one-line string ends at the end of its line: the parser will say that it is not closed.
  void skip_string(std::string_view quote, bool escapes) {
    for (std::size_t i = 0; i < quote.size(); ++i) step();
    while (!rest_.empty() && !rest_.starts_with(quote)) {
      if (quote.size() == 1 && rest_.front() == '\n') return;
      if (escapes && rest_.front() == '\\' && rest_.size() > 1 && rest_[1] != '\n') step();
      step();
    }
    for (std::size_t i = 0; i < quote.size() && !rest_.empty(); ++i) step();
  }

  /// Passes one character, which must be one that TOML allows anywhere.
  void step() {
    const auto c = first_codepoint(rest_);
    if (!c) throw source_.error(line_, "bytes that are not UTF-8");
    const bool blank = c->value == '\t' || c->value == '\n' || (c->value == '\r' && rest_.substr(1).starts_with("\n"));
    if ((c->value < 0x20 && !blank) || c->value == 0x7F)
      throw source_.error(line_, fmt::format("the control character {:#04x}", static_cast<unsigned>(c->value)));
    column_ += c->length;
    if (column_ > base::limits::toml_line_bytes)
      throw source_.error(line_, fmt::format("a line above {} KiB", base::limits::toml_line_bytes >> 10U));
    if (c->value == '\n') {
      ++line_;
      column_ = 0;
      dots_ = 0;
    }
    rest_.remove_prefix(c->length);
  }

  std::string_view rest_;
  const Source& source_;
  std::size_t line_ = 1, column_ = 0, dots_ = 0;
};

}  // namespace

void screen(std::string_view text, const Source& source) {
  if (text.size() > source.limit)
    throw source.error(0, fmt::format("{} bytes, and at most {} KiB are read", text.size(), source.limit >> 10U));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark, as some editors leave
  Screen(text, source).run();
}

}  // namespace envguard::lockfile
