// The requests the load is made of.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/support/fresh.h"

namespace casehub::bench {

inline constexpr std::array<std::string_view, 8> kMunicipalities = {"330100", "330200", "330300", "330400",
                                                                    "330500", "330600", "330700", "330800"};

using testing::IdentityNumber;
using testing::NewRequestId;

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
