// Pieces of requests, made up: persons, texts and documents that mean nothing.
#pragma once

#include <string>

#include "casehub/common/v1/common.pb.h"
#include "services/model/uuid.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

inline void Seal(Random* random, common::v1::PersonalText* text, const std::string& owner) {
  text->set_sealed(random->Bytes(24 + random->Below(40)));
  text->set_sealed_for(owner);
}

inline void Someone(Random* random, common::v1::Person* person) {
  const uint64_t high = random->Next();
  person->set_person_id(Uuid::V7(1'700'000'000'000, high, random->Next()).ToString());
  person->set_sealed(random->Bytes(48));
  person->set_age_group(static_cast<common::v1::AgeGroup>(random->Below(5)));
}

inline common::v1::Channel AnyChannel(Random* random) { return static_cast<common::v1::Channel>(1 + random->Below(3)); }

inline void AnyDocument(Random* random, common::v1::DocumentRef* document) {
  document->set_name("document");
  document->set_sha256(random->Bytes(random->OneIn(60) ? 31 : 32));
  document->set_size_bytes(1 + static_cast<int64_t>(random->Below(100'000)));
}

inline google::protobuf::Timestamp At(int64_t micros) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(micros / kSecond);
  timestamp.set_nanos(static_cast<int32_t>(micros % kSecond * 1000));
  return timestamp;
}

}  // namespace casehub::simulation
