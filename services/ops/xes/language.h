// The two languages operators read: every text of the tools is written in both, side by side.
#pragma once

#include <string>

namespace casehub {

enum class Language { kChinese, kEnglish };

struct Bilingual {
  std::string zh;
  std::string en;
  const std::string& In(Language language) const { return language == Language::kChinese ? zh : en; }
};

}  // namespace casehub
