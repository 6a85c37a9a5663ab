// Names the calling thread, so that an operator can tell in `top -H` and in a profile who is busy.
#pragma once

#include <pthread.h>

namespace casehub {

inline void NameThread(const char* name) { pthread_setname_np(pthread_self(), name); }  // at most 15 characters

}  // namespace casehub
