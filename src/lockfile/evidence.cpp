#include "lockfile/evidence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "base/error.hpp"
#include "lockfile/pair.hpp"

// Layout, little-endian. Header, 64 bytes: 8 "ENVGUARD", u32 format, u32 recipe, u32 probes, u32 flags, 16 id of the
// lock, 24 zeros. Record, 608 bytes: 16 hash of "PROFILE.ID", f64 norm, max, band, u64 elements, NaN, Inf, -0,
// subnormal, 16 hash of the positions of NaN and Inf, 16 f64 sentinels, 32 f64 and 32 f32 of the sketch: 16 + 3*8 + 5*8
// + 16 + 16*8 + 32*8 + 32*4. Hashes are in canonical (big-endian) order, as xxhsum prints them.

namespace envguard::lockfile {

namespace {

constexpr std::string_view magic = "ENVGUARD";
constexpr std::uint32_t format = 1;
constexpr std::uint32_t bands_present = 1;

static_assert(16 + 3 * 8 + 5 * 8 + 16 + model::sentinel_count * 8 + model::sketch_buckets * (8 + 4) ==
              evidence_record_bytes);

constexpr std::array profiles{model::Profile::strict, model::Profile::as_is};

base::Hash128 record_name(model::Profile profile, std::string_view id) {
  return base::hash128(fmt::format("{}.{}", model::name(profile), id));
}

std::size_t lines_of(const model::Lock& lock) {
  return lock.strict.size() + lock.as_is.size();
}

class Writer {
 public:
  void text(std::string_view value) { bytes_ += value; }
  void zeros(std::size_t count) { bytes_.append(count, '\0'); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
  void hash(const base::Hash128& value) {
    for (const std::byte byte : value.bytes()) bytes_ += static_cast<char>(byte);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void little_endian(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xFFU);
  }
  std::string bytes_;
};

/// Reads what `Writer` wrote; the caller has checked the size.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view text(std::size_t count) {
    const std::string_view result = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return result;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64() { return little_endian(8); }
  double f64() { return std::bit_cast<double>(u64()); }
  float f32() { return std::bit_cast<float>(u32()); }
  base::Hash128 hash() { return base::Hash128::from_bytes(std::as_bytes(std::span(text(16))).first<16>()); }

 private:
  std::uint64_t little_endian(unsigned count) {
    std::uint64_t value = 0;
    const std::string_view bytes = text(count);
    for (unsigned i = 0; i < count; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
  }
  std::string_view rest_;
};

void write_record(Writer& out, const model::EvidenceRecord& record) {
  const auto& evidence = record.evidence;
  out.hash(record_name(record.profile, record.id));
  out.f64(evidence.norm);
  out.f64(evidence.max);
  out.f64(record.band.value_or(std::numeric_limits<double>::quiet_NaN()));
  for (const auto count : {evidence.elements, evidence.nan, evidence.inf, evidence.negative_zero, evidence.subnormal})
    out.u64(count);
  out.hash(evidence.nonfinite_positions);
  for (const double value : evidence.sentinels) out.f64(value);
  for (const double value : evidence.sketch.high) out.f64(value);
  for (const float value : evidence.sketch.low) out.f32(value);
}

model::EvidenceRecord read_record(Reader& in, model::Profile profile, const std::string& id) {
  model::EvidenceRecord record{profile, id, {}, {}};
  auto& evidence = record.evidence;
  evidence.norm = in.f64();
  evidence.max = in.f64();
  const double band = in.f64();
  if (!std::isnan(band)) record.band = band;  // NaN where none was measured
  evidence.elements = in.u64();
  evidence.nan = in.u64();
  evidence.inf = in.u64();
  evidence.negative_zero = in.u64();
  evidence.subnormal = in.u64();
  evidence.nonfinite_positions = in.hash();
  for (double& value : evidence.sentinels) value = in.f64();
  for (double& value : evidence.sketch.high) value = in.f64();
  for (float& value : evidence.sketch.low) value = in.f32();
  return record;
}

model::EvidenceRecord record_of(model::Profile profile, const model::ProbeLine& line,
                                const std::vector<model::EvidenceRecord>& records) {
  if (model::parse_status(line.second)) return {profile, line.first, {}, {}};
  const auto found = std::ranges::find_if(
      records, [&](const auto& record) { return record.profile == profile && record.id == line.first; });
  if (found == records.end()) throw std::invalid_argument("no evidence for " + line.first);
  return *found;
}

bool has_bands(const std::vector<model::EvidenceRecord>& records) {
  return std::ranges::any_of(records, [](const auto& record) { return record.band.has_value(); });
}

std::size_t size_of(std::size_t probes) {
  return evidence_header_bytes + probes * evidence_record_bytes;
}

/// What is wrong with the header, or nothing.
std::string header_fault(Reader& in, std::size_t size, const model::Lock& lock) {
  if (in.text(magic.size()) != magic) return "it does not begin with ENVGUARD";
  if (const auto found = in.u32(); found != format) return fmt::format("its format is {}, not {}", found, format);
  if (const auto found = in.u32(); found != static_cast<std::uint32_t>(lock.recipe))
    return fmt::format("it is of recipe {}, the lock of recipe {}", found, lock.recipe);
  const auto probes = in.u32();
  if (probes != lines_of(lock)) return fmt::format("it holds {} probes, the lock {}", probes, lines_of(lock));
  if (size != size_of(probes)) return fmt::format("it has {} bytes, not {}", size, size_of(probes));
  if (const auto flags = in.u32(); (flags & ~bands_present) != 0) return fmt::format("its flags are {:#x}", flags);
  if (const auto id = in.hash(); id != lock.id)
    return fmt::format("it belongs to lock {}, not {}", id.spoken(), lock.id.spoken());
  const auto rest = in.text(24);
  return rest == std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24) ? ""
                                                                                          : "its header is not whole";
}

}  // namespace

std::string write_evidence(const model::Lock& lock, const std::vector<model::EvidenceRecord>& records) {
  Writer out;
  out.text(magic);
  out.u32(format);
  out.u32(static_cast<std::uint32_t>(lock.recipe));
  out.u32(static_cast<std::uint32_t>(lines_of(lock)));
  out.u32(has_bands(records) ? bands_present : 0);
  out.hash(lock.id);
  out.zeros(24);
  for (const auto profile : profiles) {
    for (const auto& line : lock.lines(profile)) write_record(out, record_of(profile, line, records));
  }
  return out.bytes();
}

model::EvidenceTable parse_evidence(std::string_view bytes, const model::Lock& lock, std::string_view place) {
  const auto damaged = [&](const std::string& why) {
    return base::Error(base::ExitCode::lock_unreadable, "evidence damaged: " + why,
                       "restore it with git, or measure again: envguard lock --refresh")
        .at(place);
  };
  if (bytes.size() < evidence_header_bytes) throw damaged(fmt::format("it has {} bytes", bytes.size()));
  Reader in(bytes);
  if (const auto fault = header_fault(in, bytes.size(), lock); !fault.empty()) throw damaged(fault);
  model::EvidenceTable table;
  for (const auto profile : profiles) {
    for (const auto& [id, line] : lock.lines(profile)) {
      if (in.hash() != record_name(profile, id)) throw damaged(fmt::format("a record is not of {}", id));
      table.records.push_back(read_record(in, profile, id));
      const auto& band = table.records.back().band;
      if (band && (*band < 0 || !std::isfinite(*band))) throw damaged(fmt::format("the band of {} is {}", id, *band));
    }
  }
  return table;
}

std::variant<model::EvidenceTable, EvidenceProblem> check_evidence(const model::Lock& lock,
                                                                   const std::optional<std::string>& bytes,
                                                                   std::string_view place) {
  const std::string file = evidence_file_name(lock.target);
  if (!bytes) return EvidenceProblem{EvidenceProblem::Kind::missing, file + " is missing"};
  if (base::hash128(*bytes) != lock.evidence)
    return EvidenceProblem{EvidenceProblem::Kind::other_hash, file + " is not the one that the lock pins"};
  return parse_evidence(*bytes, lock, place);
}

}  // namespace envguard::lockfile
