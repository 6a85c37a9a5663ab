// How people reach us (A2). Pure.
#pragma once

#include "casehub/common/v1/common.pb.h"

namespace casehub {

// Window, online or hotline: a request may hold any number where an enum belongs.
inline bool IsContactChannel(common::v1::Channel channel) {
  return channel == common::v1::CHANNEL_WINDOW || channel == common::v1::CHANNEL_ONLINE ||
         channel == common::v1::CHANNEL_HOTLINE;
}

}  // namespace casehub
