#include "services/ops/casectl/offline_verifier.h"

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/domain/seal.h"
#include "services/ledger/domain/verify.h"
#include "services/ops/casectl/entries.h"
#include "services/ops/casectl/json.h"

namespace casehub::casectl {
namespace {

Bilingual CannotRead(const std::string& path) { return {"无法读取 " + path, "cannot read " + path}; }

// Calls `visit` with each line that is not blank and its number, until it says what is wrong.
std::optional<Bilingual> EachLine(const std::string& path,
                                  const std::function<std::optional<Bilingual>(const std::string&, uint64_t)>& visit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotRead(path);
  uint64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (auto wrong = visit(line, number)) {
      return Bilingual{absl::StrCat(path, " 第 ", number, " 行:", wrong->zh),
                       absl::StrCat(path, ", line ", number, ": ", wrong->en)};
    }
  }
  if (file.bad()) return CannotRead(path);
  return std::nullopt;
}

// One object of a message's JSON.
std::optional<Bilingual> ParseLine(const std::string& line, google::protobuf::Message* message) {
  const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return Bilingual{"不是有效的 JSON", "is not valid JSON"};
  return MergeJson(object, message);
}

std::optional<Bilingual> ReadKey(const std::string& path, std::string* public_key) {
  ledger::v1::GetKeyResponse key;
  if (auto wrong = EachLine(path, [&](const std::string& line, uint64_t) { return ParseLine(line, &key); }))
    return wrong;
  if (key.public_key().size() != ledger::kPublicKeyBytes) {
    return Bilingual{path + " 不含 32 字节的公钥", path + " holds no public key of 32 bytes"};
  }
  *public_key = key.public_key();
  return std::nullopt;
}

std::optional<Bilingual> ReadSeals(const std::string& path, std::vector<ledger::v1::HeadSealed>* seals) {
  return EachLine(path, [&](const std::string& line, uint64_t) { return ParseLine(line, &seals->emplace_back()); });
}

Bilingual InBothLanguages(const ledger::Problem& problem) {
  const auto zh = [&]() -> const char* {
    switch (problem.finding) {
      case ledger::Finding::kChanged:
        return "被改动";
      case ledger::Finding::kMissing:
        return "起有缺失";
      case ledger::Finding::kReordered:
        return "顺序错误";
      case ledger::Finding::kRepeated:
        return "重复出现";
      case ledger::Finding::kForeign:
        return "属于其他市";
      case ledger::Finding::kCutShort:
        return "之后被截短";
      case ledger::Finding::kSealForged:
        return "的签章无效";
      case ledger::Finding::kSealBroken:
        return "与签章不符";
    }
    return "有问题";
  };
  return {absl::StrCat("记录 ", problem.sequence, " ", zh(), "(", problem.text, ")"), problem.text};
}

}  // namespace

Verdict VerifyExport(const ExportFiles& files) {
  Verdict verdict;
  std::string public_key;
  std::vector<ledger::v1::HeadSealed> seals;
  verdict.unusable = ReadKey(files.key, &public_key);
  if (!verdict.unusable) verdict.unusable = ReadSeals(files.seals, &seals);
  if (verdict.unusable) return verdict;

  ledger::ExportVerifier verifier(files.municipality, seals, public_key);
  ledger::v1::Entry entry;
  verdict.unusable = EachLine(files.entries, [&](const std::string& line, uint64_t number) -> std::optional<Bilingual> {
    entry.Clear();
    if (auto wrong = ParseEntry(line, &entry)) {
      // Not an entry any more: the numbers tell which one is missing.
      if (verdict.problems.size() < ledger::kProblemsMax) {
        verdict.problems.push_back({absl::StrCat("第 ", number, " 行被改动:", wrong->zh),
                                    absl::StrCat("line ", number, " was changed: ", wrong->en)});
      }
      return std::nullopt;
    }
    verifier.Add(entry);
    return std::nullopt;
  });
  const ledger::Verification verification = verifier.Finish();
  for (const auto& problem : verification.problems) verdict.problems.push_back(InBothLanguages(problem));
  if (verification.problems_left_out > 0) {
    verdict.problems.push_back({absl::StrCat("另有 ", verification.problems_left_out, " 处"),
                                absl::StrCat("and ", verification.problems_left_out, " more")});
  }
  verdict.entries = verification.entries;
  verdict.head = verification.head;
  for (const auto& seal : seals) {
    if (verification.ok && seal.sequence() <= verification.last_sequence) {
      verdict.sealed = std::max(verdict.sealed, seal.sequence());
    }
  }
  return verdict;
}

}  // namespace casehub::casectl
