// The requests the load is made of.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/model/uuid.h"

namespace casehub::bench {

inline constexpr std::array<std::string_view, 8> kMunicipalities = {"330100", "330200", "330300", "330400",
                                                                    "330500", "330600", "330700", "330800"};

// A fresh request id; thread-safe.
inline std::string NewRequestId() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const int64_t millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  return Uuid::V7(millis, random(), random()).ToString();
}

// A resident identity number with its check digit, different for each i (GB 11643).
inline std::string IdentityNumber(uint64_t i) {
  static constexpr int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  char text[19];
  const unsigned year = 1940 + static_cast<unsigned>(i / 336'000 % 60);
  const unsigned month = 1 + static_cast<unsigned>(i / 28'000 % 12);
  const unsigned day = 1 + static_cast<unsigned>(i / 1'000 % 28);
  std::snprintf(text, sizeof text, "330802%04u%02u%02u%03u", year, month, day, static_cast<unsigned>(i % 1'000));
  int sum = 0;
  for (int k = 0; k < 17; ++k) sum += (text[k] - '0') * kWeights[k];
  text[17] = "10X98765432"[sum % 11];
  return std::string(text, 18);
}

// RegisterContact with a new person, padded by its note to about 400 bytes on the wire.
inline std::string NewContact(uint64_t i, size_t municipalities) {
  intake::v1::RegisterContactRequest request;
  request.set_municipality(std::string(kMunicipalities[i % municipalities]));
  request.set_request_id(NewRequestId());
  request.set_channel(common::v1::CHANNEL_WINDOW);
  auto* person = request.mutable_applicant()->mutable_particulars();
  person->set_name("张三丰");
  person->set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
  person->set_identity_number(IdentityNumber(i));
  person->set_phone("13800000000");
  person->set_address("浙江省衢州市柯城区府山街道");
  request.set_matter_type("civil");
  request.mutable_note()->set_text(std::string(200, 'n'));
  return request.SerializeAsString();
}

}  // namespace casehub::bench
