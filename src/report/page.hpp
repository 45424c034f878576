#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/style.hpp"

namespace envguard::report {

enum class Tone { plain, strong, faint, good, warning, bad, command };

/// A stretch of text in one tone.
struct Span {
  Span(std::string words, Tone how = Tone::plain) : text(std::move(words)), tone(how) {}
  Span(const char* words, Tone how = Tone::plain) : text(words), tone(how) {}
  std::string text;
  Tone tone;
};
using Text = std::vector<Span>;

/// A page for a terminal. Everything put on it is made visible first, so no text of a lock, a policy or a child can
/// steer the terminal.
class Page {
 public:
  /// Labels stand in the first `label_columns` columns.
  explicit Page(const Style& style, std::size_t label_columns = 14);

  /// One line, however long.
  Page& line(const Text& text);
  /// Wrapped at blanks, but not within a command; the first line starts after `indent` columns, the others after
  /// `hanging`.
  Page& wrapped(const Text& text, std::size_t indent, std::size_t hanging);
  /// Words of a text, wrapped, two columns in.
  Page& paragraph(std::string_view text) { return wrapped({std::string(text)}, 2, 2); }
  /// A label in its own column, the text wrapped beside it; an empty label goes on with the row above.
  Page& row(std::string_view label, const Text& text);
  /// A row of a small table: the name padded to `columns`, the text wrapped beside it.
  Page& item(std::string_view label, std::string_view name, std::size_t columns, const Text& text);
  /// A label and a step. A command that can be pasted is never wrapped; words, with or without a "#" before them, are.
  Page& command(std::string_view label, std::string_view step);
  Page& blank();

  [[nodiscard]] std::size_t width() const { return width_; }
  /// "3 min ago" of a UTC time as a verdict holds it; the time itself where it is none or the style has no clock.
  [[nodiscard]] std::string when(const std::string& utc_time) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void put_label(std::string_view label);
  [[nodiscard]] std::string toned(const std::string& shown, Tone tone) const;
  bool color_;
  std::size_t width_;
  std::size_t label_columns_;
  std::optional<std::chrono::system_clock::time_point> now_;
  std::string text_;
};

/// "1 probe", "3 probes".
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);
/// "a, b, c and 4 more": at most `limit` of them.
[[nodiscard]] std::string listed(const std::vector<std::string>& items, std::size_t limit);
/// Padded with blanks on the right to this many columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);
/// "conv2d_3x3.forward" of "dnn.conv2d_3x3.forward".
[[nodiscard]] std::string short_probe(std::string_view id);
/// A git hash by its first 12 digits; any other version as it is.
[[nodiscard]] std::string short_version(std::string_view version);
/// "nothing differs" -> "Nothing differs."
[[nodiscard]] std::string sentence(std::string text);
/// "1.1 s".
[[nodiscard]] std::string duration(double seconds);

}  // namespace envguard::report
