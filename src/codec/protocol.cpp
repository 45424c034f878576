#include "codec/protocol.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "codec/parts.hpp"

namespace envguard::codec {

namespace {

struct KindName {
  NotOpened::Kind kind;
  const char* name;
};
constexpr std::array<KindName, 5> not_opened_kinds{{{NotOpened::Kind::missing_library, "missing-library"},
                                                    {NotOpened::Kind::missing_symbol, "missing-symbol"},
                                                    {NotOpened::Kind::too_old, "too-old"},
                                                    {NotOpened::Kind::not_loadable, "not-loadable"},
                                                    {NotOpened::Kind::no_device, "no-device"}}};

Json line_json(const Hello& hello) {
  return {{"hello", {{"protocol", hello.protocol}, {"build", text_json(hello.build)}, {"recipe", hello.recipe}}}};
}

Json line_json(const Opening& opening) {
  return {{"opening", text_json(opening.library)}};
}

Json line_json(const NotOpened& answer) {
  const char* kind = "";
  for (const auto& row : not_opened_kinds) {
    if (row.kind == answer.kind) kind = row.name;
  }
  return {
      {"not_opened", {{"kind", kind}, {"what", text_json(answer.what)}, {"looked_for", text_json(answer.looked_for)}}}};
}

Json line_json(const Opened& opened) {
  Json json{{"torch", text_json(opened.torch)},
            {"abi", opened.abi},
            {"built", pairs_json(opened.built)},
            {"flags", pairs_json(opened.flags)},
            {"not_settable", texts_json(opened.not_settable)}};
  if (opened.gpu) json["gpu"] = gpu_key_json(*opened.gpu);
  return {{"opened", std::move(json)}};
}

Json line_json(const Begin& begin) {
  return {{"begin", text_json(begin.probe)}};
}

Json line_json(const Round& round) {
  return {{"round", {{"perturb", round.perturb}}}};
}

Json line_json(const Probe& probe) {
  auto json = probe_json(probe.result);
  if (probe.bytes) json["bytes"] = {{"offset", probe.bytes->offset}, {"length", probe.bytes->length}};
  return json;
}

Json line_json(const Libraries& libraries) {
  return {{"libraries", libraries_json(libraries.libraries)}, {"versions", components_json(libraries.versions)}};
}

Json line_json(const Asked& asked) {
  return {{"asked", {{"names", texts_json(asked.names)}, {"whole", asked.whole}}}};
}

Json line_json(const Done& done) {
  Json json{{"probes", done.probes}};
  if (!done.stopped.empty()) json["stopped"] = text_json(done.stopped);
  return {{"done", std::move(json)}};
}

NotOpened not_opened_from(const Reader& reader) {
  for (const auto& row : not_opened_kinds) {
    if (reader.text("kind") == row.name) return {row.kind, reader.text("what"), reader.text("looked_for")};
  }
  reader.at("kind").refuse("is no reason for not opening");
}

Opened opened_from(const Reader& reader) {
  Opened opened;
  opened.torch = reader.text("torch");
  opened.abi = reader.integer<std::uint64_t>("abi");
  if (const auto gpu = reader.find("gpu")) opened.gpu = gpu_key_from(*gpu);
  opened.built = reader.pairs("built");
  opened.flags = reader.pairs("flags");
  opened.not_settable = reader.texts("not_settable");
  return opened;
}

Probe probe_line_from(const Reader& reader) {
  Probe probe{probe_from(reader), {}};
  if (const auto bytes = reader.find("bytes")) {
    probe.bytes = {bytes->integer<std::uint64_t>("offset"), bytes->integer<std::uint64_t>("length")};
  }
  return probe;
}

Libraries libraries_line_from(const Reader& reader) {
  Libraries line;
  line.libraries = libraries_from(reader.items("libraries"));
  if (reader.has("versions")) line.versions = components_from(reader.items("versions"));
  return line;
}

Done done_from(const Reader& reader) {
  Done done{reader.integer<int>("probes"), {}};
  if (const auto stopped = reader.find("stopped")) done.stopped = stopped->as_text();
  return done;
}

}  // namespace

std::string write_line(const Line& line) {
  return print_json(std::visit([](const auto& one) { return line_json(one); }, line)) + '\n';
}

Line read_line(std::string_view text) {
  const auto json = parse_json(text);
  const Reader reader(json, "line");
  if (reader.has("hello")) {
    const auto hello = reader.at("hello");
    return Hello{hello.integer<int>("protocol"), hello.text("build"), hello.integer<int>("recipe")};
  }
  if (reader.has("opening")) return Opening{reader.text("opening")};
  if (reader.has("not_opened")) return not_opened_from(reader.at("not_opened"));
  if (reader.has("opened")) return opened_from(reader.at("opened"));
  if (reader.has("round")) return Round{reader.at("round").integer<std::uint64_t>("perturb")};
  if (reader.has("begin")) return Begin{reader.text("begin")};
  if (reader.has("probe")) return probe_line_from(reader);
  if (reader.has("libraries")) return libraries_line_from(reader);
  if (reader.has("asked")) return Asked{reader.at("asked").texts("names"), reader.at("asked").flag("whole")};
  if (reader.has("done")) return done_from(reader.at("done"));
  reader.refuse("is none of protocol " + std::to_string(protocol_number));
}

}  // namespace envguard::codec
