#include "report/page.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace envguard::report {

namespace {

constexpr std::size_t narrowest = 80;
constexpr std::size_t label_indent = 2;

std::string_view escape(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::faint:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[1;31m";
    case Tone::command:
      return "\x1b[36m";
  }
  return "";
}

constexpr std::array programs{"envguard", "git", "pip", "unset", "export"};
constexpr std::size_t most_blanks = 2;  // between columns; one between words

/// A word and the blanks before it: "(torch" "2.11.0" ")" keep together where the spans did.
struct Word {
  std::string text;
  Tone tone = Tone::plain;
  std::size_t blanks = 0;
};

/// What can be typed as it stands; everything else is words, and is wrapped.
bool is_command(std::string_view step) {
  const auto program = step.substr(0, step.find(' '));
  return program != step && std::ranges::find(programs, program) != programs.end();
}

/// Whether a command begins with this word of a sentence: "next: git add", "(git rm", "`envguard lock`".
bool begins_command(std::string_view before, std::string_view word) {
  if (word.starts_with('(') || word.starts_with('`')) {
    word.remove_prefix(1);
  } else if (!before.ends_with(':')) {
    return false;
  }
  return std::ranges::find(programs, word) != programs.end();
}

bool ends_command(std::string_view word) {
  return word.find_first_of(")`", 1) != std::string_view::npos;
}

/// A command within a sentence is one word, since it is to be pasted.
std::vector<Word> words(const Text& text) {
  std::vector<Word> words;
  std::size_t blanks = 0;
  for (const auto& span : text) {
    const auto shown = base::visible(span.text);
    const auto parts = base::split(shown, ' ');
    bool in_command = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) blanks = std::min(blanks + 1, most_blanks);
      if (parts[i].empty()) continue;
      if (in_command) {
        words.back().text += ' ' + std::string(parts[i]);
        in_command = !ends_command(parts[i]);
      } else {
        in_command = begins_command(words.empty() ? "" : words.back().text, parts[i]);
        words.push_back({std::string(parts[i]), span.tone, blanks});
      }
      blanks = 0;
    }
  }
  return words;
}

}  // namespace

Page::Page(const Style& style, std::size_t label_columns)
    : color_(style.color),
      width_(std::max(narrowest, static_cast<std::size_t>(std::max(0, style.width)))),
      label_columns_(label_columns),
      now_(style.now) {}

std::string Page::when(const std::string& utc_time) const {
  std::tm time{};
  const char* end = strptime(utc_time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  if (!now_ || end == nullptr || *end != '\0') return utc_time;
  const auto passed = *now_ - std::chrono::system_clock::from_time_t(timegm(&time));
  return manifest::age(std::chrono::duration_cast<std::chrono::seconds>(passed));
}

std::string Page::toned(const std::string& shown, Tone tone) const {
  if (!color_ || tone == Tone::plain || shown.empty()) return shown;
  return fmt::format("{}{}\x1b[0m", escape(tone), shown);
}

Page& Page::line(const Text& text) {
  for (const auto& span : text) text_ += toned(base::visible(span.text), span.tone);
  return blank();
}

Page& Page::wrapped(const Text& text, std::size_t indent, std::size_t hanging) {
  text_.append(indent, ' ');
  std::size_t column = indent;
  std::string stretch;  // words of one tone on one line
  Tone tone = Tone::plain;
  const auto flush = [&] {
    text_ += toned(stretch, tone);
    stretch.clear();
  };
  bool fresh = true;  // nothing on this line yet
  for (const auto& word : words(text)) {
    const auto columns = base::display_width(word.text);
    const auto gap = fresh ? 0 : word.blanks;
    if (gap > 0 && column + gap + columns > width_) {
      flush();
      text_ += '\n';
      text_.append(hanging, ' ');
      column = hanging;
    } else if (gap > 0) {
      if (word.tone != tone) flush();
      (stretch.empty() ? text_ : stretch).append(gap, ' ');
      column += gap;
    }
    if (word.tone != tone) {
      flush();
      tone = word.tone;
    }
    stretch += word.text;
    column += columns;
    fresh = false;
  }
  flush();
  return blank();
}

void Page::put_label(std::string_view label) {
  const auto shown = base::visible(label);
  text_.append(label_indent, ' ');
  text_ += toned(shown, Tone::faint);
  text_.append(label_columns_ - std::min(label_columns_ - 1, label_indent + base::display_width(shown)), ' ');
}

Page& Page::row(std::string_view label, const Text& text) {
  return item(label, "", 0, text);
}

Page& Page::item(std::string_view label, std::string_view name, std::size_t columns, const Text& text) {
  put_label(label);
  const auto lead = columns == 0 ? std::string() : padded(base::visible(name), columns + 2);
  text_ += lead;
  const auto indent = label_columns_ + base::display_width(lead);
  const auto start = text_.size();
  wrapped(text, indent, indent);
  text_.erase(start, indent);  // label and name stand where the first line's indent would
  return *this;
}

Page& Page::command(std::string_view label, std::string_view step) {
  if (step.starts_with("#")) step = base::trim(step.substr(1));
  if (!is_command(step)) return row(label, {std::string(step)});
  put_label(label);
  return line({{std::string(step), Tone::command}});
}

Page& Page::blank() {
  text_ += '\n';
  return *this;
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& items, std::size_t limit) {
  std::string text;
  const auto shown = items.size() <= limit + 1 ? items.size() : limit;  // "and 1 more" takes the place of the one
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + items[i];
  if (shown < items.size()) text += fmt::format(" and {} more", items.size() - shown);
  return text;
}

std::string padded(std::string_view text, std::size_t columns) {
  const auto used = base::display_width(text);
  return std::string(text) + std::string(columns - std::min(columns, used), ' ');
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

std::string short_probe(std::string_view id) {
  const auto dot = id.find('.');
  return std::string(dot == std::string_view::npos ? id : id.substr(dot + 1));
}

std::string short_version(std::string_view version) {
  const bool hash = version.size() >= 32 && version.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return std::string(hash ? version.substr(0, 12) : version);
}

std::string duration(double seconds) {
  return seconds < 9.95 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

}  // namespace envguard::report
