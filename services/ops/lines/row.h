// One row of a table, or one object of JSON lines, as far as the map names it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/ops/lines/mapping.h"

namespace casehub::lines {

struct Cell {
  // Text is whatever a table holds; JSON says what kind a value is.
  enum class Kind : uint8_t { kAbsent, kText, kInteger, kDecimal, kBoolean, kNested };
  Kind kind = Kind::kAbsent;
  std::string text;
};

struct Row {
  uint64_t line = 0;
  std::vector<Cell> cells[2];                        // by scope, in the order of Mapping::names
  std::vector<std::pair<std::string, Cell>> others;  // what the map does not name, where it asks for that

  // Room for the cells of the map, all absent; what was allocated is kept.
  void Reset(const Mapping& mapping) {
    for (const Scope scope : {Scope::kCase, Scope::kEvent}) {
      auto& list = cells[static_cast<int>(scope)];
      list.resize(mapping.NamesOf(scope).size());
      for (Cell& cell : list) {
        cell.kind = Cell::Kind::kAbsent;
        cell.text.clear();
      }
    }
    others.clear();
  }
  const Cell& At(Scope scope, int column) const { return cells[static_cast<int>(scope)][static_cast<size_t>(column)]; }
};

}  // namespace casehub::lines
