#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/lock.hpp"

namespace envguard::lockfile {

inline constexpr std::size_t evidence_header_bytes = 64;
inline constexpr std::size_t evidence_record_bytes = 608;

/// The bytes of `T.evidence` for this lock: one record a line of the lock, strict first, in its order; what is given
/// for other probes is left out. A line that is a status has a record of zeros. A line that is a hash must have
/// evidence (std::invalid_argument).
[[nodiscard]] std::string write_evidence(const model::Lock& lock, const std::vector<model::EvidenceRecord>& records);

/// Reads `T.evidence` of this lock. Error lock_unreadable, "evidence damaged": anything else than what `write_evidence`
/// makes of it.
[[nodiscard]] model::EvidenceTable parse_evidence(std::string_view bytes, const model::Lock& lock,
                                                  std::string_view place);

/// Why distances are not available. Bits are judged all the same.
struct EvidenceProblem {
  enum class Kind { missing, other_hash };
  Kind kind = Kind::missing;
  std::string what;  ///< "h200.evidence is missing"
};

/// The evidence that the lock pins, or why there is none. `bytes`: nothing where there is no file. Error
/// lock_unreadable at `place` where the lock pins these bytes and no envguard writes such ones. Whether a measurement
/// can give these numbers is compare::check_evidence_is_possible.
[[nodiscard]] std::variant<model::EvidenceTable, EvidenceProblem> check_evidence(
    const model::Lock& lock, const std::optional<std::string>& bytes, std::string_view place);

}  // namespace envguard::lockfile
