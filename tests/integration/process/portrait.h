// What there is to see of cases at the end of a run, without what differs from run to run: ids, times, offsets,
// ciphertext.
// Two runs that did the same have the same portrait.
//
// Threads     One thread, the test's main one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/caller.h"

namespace casehub::testing {

// Lines: every ledger, service by service; each case and its transfers as every municipality shows them; rating slots
// and scores. Fails the test where a ledger does not verify.
std::vector<std::string> Portrait(const std::string& address, const std::vector<std::string>& municipalities,
                                  const std::vector<std::string>& case_ids, const std::filesystem::path& folder);

}  // namespace casehub::testing
