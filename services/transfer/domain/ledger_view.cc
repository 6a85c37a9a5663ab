#include "services/transfer/domain/ledger_view.h"

namespace casehub::transfer {

v1::LedgerView ViewOf(const v1::CustodyState& state) {
  if (IsFrozen(state) || IsOffered(state)) return v1::LEDGER_VIEW_UNDER_WAY;
  if (state.origin() == v1::ORIGIN_STATE_GONE) return v1::LEDGER_VIEW_MOVED_OUT;
  if (IsCustodian(state)) {
    if (state.acquired_hop() > 0) return v1::LEDGER_VIEW_MOVED_IN;
    return state.highest_hop() > 0 || state.bound() ? v1::LEDGER_VIEW_STAYED : v1::LEDGER_VIEW_UNSPECIFIED;
  }
  if (state.declined_here() > 0) return v1::LEDGER_VIEW_DECLINED;
  if (state.offered_hop() > 0) return v1::LEDGER_VIEW_NOT_TAKEN;
  return state.rulings().empty() ? v1::LEDGER_VIEW_UNSPECIFIED : v1::LEDGER_VIEW_RULED;
}

v1::LedgerRow RowOf(const v1::CustodyState& state) {
  v1::LedgerRow row;
  row.set_case_id(state.case_id());
  row.set_view(ViewOf(state));
  row.set_custodian(Custodian(state));
  row.set_origin(state.origin());
  row.set_addressee(state.addressee());
  row.set_declined_here(state.declined_here());
  if (state.origin() != v1::ORIGIN_STATE_UNSPECIFIED) {
    row.set_hop(state.hop());
    row.set_declines(state.declines());
    row.set_from(state.acquired_from());
    row.set_to(state.to());
    row.set_by_ruling(state.bound() || state.binding());
    row.set_reason(state.decline_reason());
  } else {  // only asked
    row.set_hop(state.offered_hop());
    row.set_declines(state.offered_declines());
    row.set_from(state.offered_from());
    row.set_reason(state.declined_here_reason());
  }
  if (state.has_received_at_origin()) *row.mutable_received_at_origin() = state.received_at_origin();
  if (state.has_received_there_at()) *row.mutable_received_there_at() = state.received_there_at();
  return row;
}

}  // namespace casehub::transfer
