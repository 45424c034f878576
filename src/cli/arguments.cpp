#include "cli/arguments.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "lockfile/duration.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

/// What CLI11 writes into while it parses; read once afterwards.
struct Draft {
  GlobalOptions global;
  TryOptions try_out;
  InitOptions init;
  DoctorOptions doctor;
  FingerprintOptions fingerprint;
  LockOptions lock;
  CheckOptions check;
  StatusOptions status;
  DiffOptions diff;
  CompareOptions compare;
  ExplainOptions explain;
  HookOptions hook;
};

std::string exit_code_table() {
  std::string text = "Exit codes:\n";
  for (const auto& row : base::exit_codes()) {
    text += fmt::format("  {:>3}  {:<18} {}\n", static_cast<int>(row.code), row.name, row.meaning);
  }
  return text;
}

void add_device(CLI::App& command, std::optional<model::Device>& device, const std::string& automatic) {
  command
      .add_option_function<std::string>(
          "--device",
          [&device](const std::string& text) {
            if (text == "auto") {
              device.reset();
              return;
            }
            device = model::Device::parse(text);
            if (!device) throw CLI::ValidationError("--device", fmt::format("\"{}\" is not cpu, cuda:N or auto", text));
          },
          "cpu, cuda:N or auto (" + automatic + ")")
      ->type_name("DEVICE");
}

/// Of `check` alone, which may judge every GPU.
/// Gives the options that speak of several GPUs, or of one that is busy.
std::vector<CLI::Option*> add_checked_device(CLI::App& command, CheckOptions& check) {
  command
      .add_option_function<std::string>(
          "--device",
          [&check](const std::string& text) {
            check.all_gpus = text == "all";
            check.device = model::Device::parse(text);
            if (!check.all_gpus && !check.device && text != "auto")
              throw CLI::ValidationError("--device", fmt::format("\"{}\" is not cpu, cuda:N, all or auto", text));
          },
          "cpu, cuda:N, all (each GPU in turn) or auto (default: every lock whose hardware this is)")
      ->type_name("DEVICE");
  auto* require =
      command.add_flag("--require-gpu", check.require_gpu,
                       "exit 4 where no GPU was judged, whatever the policy says; what was kept of a busy one counts");
  auto* wait =
      command
          .add_option_function<std::string>(
              "--wait",
              [&check](const std::string& text) {
                const auto seconds = base::parse_integer(text);
                const auto time =
                    seconds && *seconds >= 0 ? lockfile::parse_duration(text + "s") : lockfile::parse_duration(text);
                if (!time)
                  throw CLI::ValidationError("--wait", fmt::format("\"{}\" is no time: 60, 60s, 10m, 2h", text));
                check.wait = *time;
              },
              "how long to wait for a GPU that is busy: 60s, 10m (default: for another check on it 2s)")
          ->type_name("TIME");
  return {require, wait};
}

template <typename Value>
void add_choice(CLI::App& app, const std::string& name, Value& value, const std::map<std::string, Value>& choices,
                const std::string& type, const std::string& text) {
  app.add_option_function<std::string>(
         name,
         [name, &value, choices, text](const std::string& word) {
           const auto chosen = choices.find(word);
           if (chosen == choices.end()) throw CLI::ValidationError(name, fmt::format("\"{}\" is not {}", word, text));
           value = chosen->second;
         },
         text)
      ->type_name(type);
}

void add_timeout(CLI::App& command, std::chrono::seconds& timeout, const std::string& unless = {}) {
  command
      .add_option_function<int>(
          "--timeout", [&timeout](int seconds) { timeout = std::chrono::seconds(seconds); },
          fmt::format("seconds that all measuring together may take{} (default {})", unless, timeout.count()))
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86400));
}

CLI::Option* add_environment(CLI::App& command, std::string& environment) {
  return command.add_option("--environment", environment, "an environment of the policy")->type_name("NAME");
}

CLI::Option* add_target(CLI::App& command, std::string& target) {
  return command.add_option("--target", target, "a target: the lock's file name")->type_name("NAME");
}

void add_global(CLI::App& app, GlobalOptions& global) {
  app.add_option("-C", global.directory, "run as if started in this folder")->type_name("DIR");
  app.add_option("--config", global.config, "the policy, where it is not the repository's envguard.toml")
      ->type_name("FILE");
  app.add_option(
         "--torch", global.torch,
         "the PyTorch to use: an interpreter, a venv, a conda or pixi prefix, a site-packages/torch, a LibTorch")
      ->type_name("INSTALL");
  add_choice(app, "--format", global.format, {{"text", Format::text}, {"json", Format::json}}, "FORMAT",
             "text or json");
  app.add_option("-o,--output", global.output, "write the result to this file")->type_name("FILE");
  app.add_flag("-q,--quiet", global.quiet, "no progress, and no line on success");
  app.add_flag("-v,--verbose", global.verbose, "say what is being done");
  add_choice(app, "--color", global.color,
             {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}, "WHEN",
             "auto, always or never");
}

void add_first_look(CLI::App& app, Draft& draft) {
  app.add_subcommand(TryOptions::name, "a first look: the environment, the fingerprint twice, one knob turned");
  app.add_subcommand(InitOptions::name, "look at this repository and write its policy")
      ->add_flag("--yes", draft.init.yes, "write without asking");
  app.add_subcommand(DoctorOptions::name, "the environment as found, and every contradiction in it")
      ->add_flag("--strict", draft.doctor.strict, "exit 1 on a contradiction of severity error");
}

void add_measuring(CLI::App& app, Draft& draft) {
  auto* fingerprint = app.add_subcommand(FingerprintOptions::name, "measure, and print the id and the hashes by layer");
  add_environment(*fingerprint, draft.fingerprint.environment);
  add_device(*fingerprint, draft.fingerprint.device, "default: the GPU where there is one");
  add_timeout(*fingerprint, draft.fingerprint.timeout);

  auto& lock = draft.lock;
  auto* lock_command = app.add_subcommand(LockOptions::name, "measure in fresh processes and write this target's lock");
  add_environment(*lock_command, lock.environment);
  add_target(*lock_command, lock.target);
  add_device(*lock_command, lock.device, "default: the GPU where there is one");
  lock_command
      ->add_option("--reason", lock.reason, "why the lock changes; required when one exists and something moved")
      ->type_name("TEXT");
  lock_command->add_option("--runs", lock.runs, "identical fresh processes wanted (default 5)")
      ->type_name("N")
      ->check(CLI::Range(2, 1000));
  lock_command->add_flag("--refresh", lock.refresh, "write it anew even if nothing moved");
  lock_command->add_flag("--check", lock.check, "only say whether it would change; exit 1 if it would");
  add_timeout(*lock_command, lock.timeout);

  auto& check = draft.check;
  auto* check_command = app.add_subcommand(CheckOptions::name, "compare this machine with the lock");
  auto* environment = add_environment(*check_command, check.environment);
  auto* target = add_target(*check_command, check.target);
  const auto of_gpus = add_checked_device(*check_command, check);
  auto* file =
      check_command->add_option("--lock", check.lock, "this lock; needs no git and no policy")->type_name("FILE");
  auto* staged = check_command->add_flag("--staged", check.staged, "policy and lock as staged, as the hook reads them");
  auto* commit =
      check_command->add_option("--commit", check.commit, "policy and lock of this commit")->type_name("REV");
  staged->excludes(commit)->excludes(file);
  file->excludes(commit)->excludes(environment)->excludes(target);
  auto* nearest = check_command->add_flag(
      "--nearest", check.nearest, "how far this machine is from the lock of the nearest other hardware; not a verdict");
  nearest->excludes(file)->excludes(staged)->excludes(commit);
  for (auto* option : of_gpus) nearest->excludes(option);
  check_command
      ->add_option("--against", check.against,
                   "another PyTorch, put in the place of this one to see whether the install moved the numerics")
      ->type_name("INSTALL");
  check_command->add_flag("--no-cache", check.no_cache, "measure, whatever was kept");
  check_command->add_flag("--ci", check.ci, "answer as the policy's [ci] says; implied where CI is set");
  add_timeout(*check_command, check.timeout, ", with --device all for each GPU");
}

void add_reading(CLI::App& app, Draft& draft) {
  app.add_subcommand(StatusOptions::name, "every environment and target, and how its lock stands")
      ->add_flag("--exit-code", draft.status.exit_code,
                 "exit 1 where a lock is missing, unreadable or of an older recipe");
  auto* diff =
      app.add_subcommand(DiffOptions::name, "two locks, two revisions of the locks, or the lock and this machine");
  diff->add_option("SIDE", draft.diff.sides, "a lock file, REV, REV:FILE, REV..REV or `here`; none: lock against here")
      ->expected(0, 2);
  add_environment(*diff, draft.diff.environment);
  add_target(*diff, draft.diff.target);
  diff->add_flag("--exit-code", draft.diff.exit_code, "exit 1 on a difference");
  add_timeout(*diff, draft.diff.timeout);
}

void add_compare(CLI::App& app, CompareOptions& compare) {
  auto* command =
      app.add_subcommand(CompareOptions::name, "PyTorch installs on this machine, probe by probe; no lock is needed");
  command->add_option("INSTALL", compare.installs, "as --torch takes them; one with --knob or --flag")->required();
  command->add_option("--knob", compare.knobs, "the one install against itself with this variable; may be repeated")
      ->type_name("K=V");
  command
      ->add_option("--flag", compare.flags,
                   "the same with a flag of PyTorch: matmul-precision=medium, tf32-cublas=true, threads=2 …")
      ->type_name("F=V");
  add_device(*command, compare.device, "default: the GPU where there is one");
  command->add_flag("--exit-code", compare.exit_code, "exit 1 on a difference");
  add_timeout(*command, compare.timeout);
}

void add_explain(CLI::App& app, ExplainOptions& explain) {
  auto* command = app.add_subcommand(ExplainOptions::name, "the last verdict in full, every term explained");
  command->add_option("RESULT", explain.result, "a verdict that `check --format json` wrote; none: the last one here");
  command->add_flag("--ack", explain.acknowledge, "transients are seen: no command begins with them any more");
}

void add_hook(CLI::App& app, HookOptions& hook) {
  auto* command = app.add_subcommand(HookOptions::name, "the git hook");
  command->require_subcommand(1);
  const auto action = [&](const char* name, HookOptions::Action value, const char* text) {
    command->add_subcommand(name, text)->callback([&hook, value] { hook.action = value; });
  };
  action("install", HookOptions::Action::install, "put the hook into this repository; an existing one is chained");
  action("uninstall", HookOptions::Action::uninstall, "take it out again and give back what was there");
  action("status", HookOptions::Action::status, "where hooks are looked for, and whether this one is there");
  action("run", HookOptions::Action::run, "what git starts: judge what is about to be committed");
}

CommandOptions chosen(const CLI::App& app, const Draft& draft) {
  const std::string name = app.get_subcommands().at(0)->get_name();
  if (name == TryOptions::name) return draft.try_out;
  if (name == InitOptions::name) return draft.init;
  if (name == DoctorOptions::name) return draft.doctor;
  if (name == FingerprintOptions::name) return draft.fingerprint;
  if (name == LockOptions::name) return draft.lock;
  if (name == CheckOptions::name) return draft.check;
  if (name == StatusOptions::name) return draft.status;
  if (name == DiffOptions::name) return draft.diff;
  if (name == CompareOptions::name) return draft.compare;
  if (name == ExplainOptions::name) return draft.explain;
  return draft.hook;
}

/// Long options and subcommands that may stand where the user typed something else.
std::vector<std::string> known_words(const CLI::App& app, const CLI::App* command) {
  std::vector<std::string> words;
  for (const auto* part : {&app, command}) {
    if (part == nullptr) continue;
    for (const auto* option : part->get_options()) {
      for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    }
    if (command != nullptr && part == &app) continue;
    for (const auto* below : part->get_subcommands([](const CLI::App*) { return true; }))
      words.push_back(below->get_name());
  }
  return words;
}

/// "did you mean" for the first word that is nearly one that is known; empty: none is.
std::string suggestion(const CLI::App& app, const CLI::App* command, std::span<const std::string> arguments) {
  const auto words = known_words(app, command);
  const std::vector<std::string_view> candidates(words.begin(), words.end());
  for (const auto& argument : arguments) {
    const auto word = argument.substr(0, argument.find('='));
    if (command != nullptr && word == command->get_name()) continue;
    if (word.size() < 3 || std::ranges::find(words, word) != words.end()) continue;
    const auto near = base::nearest(word, candidates);
    if (near) return fmt::format("; did you mean \"{}\"?", *near);
  }
  return {};
}

}  // namespace

std::variant<Invocation, Answer> parse(std::span<const std::string> arguments) {
  Draft draft;
  CLI::App app("Does this machine still compute what the repository says it computes?", "envguard");
  app.set_version_flag("--version", "envguard " ENVGUARD_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(exit_code_table());
  add_global(app, draft.global);
  add_first_look(app, draft);
  add_measuring(app, draft);
  add_reading(app, draft);
  add_compare(app, draft.compare);
  add_explain(app, draft.explain);
  add_hook(app, draft.hook);
  try {
    // CLI11 takes its arguments last first.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Answer{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    const auto commands = app.get_subcommands();
    const auto* command = commands.empty() ? nullptr : commands.at(0);
    throw Error(ExitCode::usage, error.what() + suggestion(app, command, arguments),
                fmt::format("envguard {}--help", command == nullptr ? "" : command->get_name() + " "));
  }
  return Invocation{draft.global, chosen(app, draft)};
}

}  // namespace envguard::cli
