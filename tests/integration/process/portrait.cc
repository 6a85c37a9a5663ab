#include "tests/integration/process/portrait.h"

#include <re2/re2.h>

#include <map>
#include <nlohmann/json.hpp>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/ledger_export.h"

namespace casehub::testing {
namespace {

// Names ids by the order in which they are met.
class Plain {
 public:
  std::string operator()(const std::string& text) {
    static const re2::RE2 kId("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})");
    static const re2::RE2 kTime(R"(\d{4}-\d{2}-\d{2}T[0-9:.]+Z)");
    static const re2::RE2 kDate(R"(\d{4}-\d{2}-\d{2})");
    static const re2::RE2 kCiphertext("\"(sealed|state)\":\"[0-9a-f]+\"");
    static const re2::RE2 kOffset(",\"due_(offset|event|n)\":\"?\\d+\"?");
    std::string plain;
    re2::StringPiece rest(text);
    const char* at = text.data();
    for (std::string id; re2::RE2::FindAndConsume(&rest, kId, &id);) {
      const auto name = names_.emplace(id, "id" + std::to_string(names_.size())).first;
      plain.append(at, rest.data() - id.size()).append(name->second);
      at = rest.data();
    }
    plain.append(at, rest.data() + rest.size());
    re2::RE2::GlobalReplace(&plain, kOffset, "");
    re2::RE2::GlobalReplace(&plain, kCiphertext, R"("\1":sealed)");
    re2::RE2::GlobalReplace(&plain, kTime, "time");
    re2::RE2::GlobalReplace(&plain, kDate, "date");
    return plain;
  }

 private:
  std::map<std::string, std::string> names_;
};

std::string Shown(Caller* caller, const google::protobuf::Message& request, google::protobuf::Message* response) {
  const Outcome outcome = caller->Settle(request);
  if (!outcome.acknowledged()) return outcome.reason();
  response->ParseFromString(outcome.reply);
  const auto* reflection = response->GetReflection();
  // Secrets come from ids, positions from how often somebody asked.
  for (const char* name : {"position", "rating_token"}) {
    if (const auto* field = response->GetDescriptor()->FindFieldByName(name)) reflection->ClearField(response, field);
  }
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const bool printed = google::protobuf::util::MessageToJsonString(*response, &json, options).ok();
  return printed ? json : "not printable";
}

template <typename Request, typename Response>
std::string ShownCase(Caller* caller, const std::string& municipality, const std::string& case_id) {
  Request request;
  request.set_municipality(municipality);
  request.set_case_id(case_id);
  Response response;
  return municipality + " " + Shown(caller, request, &response);
}

// Services take turns as they can, so only the order within each is the same in every run.
std::vector<std::string> LinesOf(const Ledger& ledger, Plain* plain) {
  std::map<std::string, std::vector<std::string>> by_service;
  for (const LedgerEntry& entry : ledger.entries) {
    by_service[entry.service].push_back(ledger.municipality + " " +
                                        (*plain)(entry.case_id + " " + entry.type + " " + entry.event.dump()));
  }
  std::vector<std::string> lines;
  for (auto& [service, of_service] : by_service) lines.insert(lines.end(), of_service.begin(), of_service.end());
  return lines;
}

}  // namespace

std::vector<std::string> Portrait(const std::string& address, const std::vector<std::string>& municipalities,
                                  const std::vector<std::string>& case_ids, const std::filesystem::path& folder) {
  Plain plain;
  std::vector<std::string> lines;
  for (const std::string& id : case_ids) plain(id);
  Caller caller(address, std::chrono::seconds(10), "test");
  for (const std::string& municipality : municipalities) {
    for (const std::string& id : case_ids) {
      using namespace intake::v1;
      using namespace assignment::v1;
      using namespace evaluation::v1;
      using namespace mediation::v1;
      using namespace transfer::v1;
      lines.push_back(plain(ShownCase<GetCaseRequest, GetCaseResponse>(&caller, municipality, id)));
      lines.push_back(plain(ShownCase<GetAssignmentRequest, GetAssignmentResponse>(&caller, municipality, id)));
      lines.push_back(plain(ShownCase<GetMediationRequest, GetMediationResponse>(&caller, municipality, id)));
      lines.push_back(plain(ShownCase<GetTransferRequest, GetTransferResponse>(&caller, municipality, id)));
      lines.push_back(plain(ShownCase<GetRatingSlotRequest, GetRatingSlotResponse>(&caller, municipality, id)));
      lines.push_back(plain(ShownCase<GetRectificationsRequest, GetRectificationsResponse>(&caller, municipality, id)));
    }
    for (const auto by : {evaluation::v1::SCORE_SUBJECT_OFFICE, evaluation::v1::SCORE_SUBJECT_PRACTITIONER}) {
      evaluation::v1::GetScoresRequest of_scores;
      of_scores.set_municipality(municipality);
      of_scores.set_by(by);
      evaluation::v1::GetScoresResponse scores;
      lines.push_back(plain(Shown(&caller, of_scores, &scores)));
    }
    const Ledger ledger = ExportVerified(address, municipality, folder);
    const std::vector<std::string> entries = LinesOf(ledger, &plain);
    lines.insert(lines.end(), entries.begin(), entries.end());
  }
  return lines;
}

}  // namespace casehub::testing
