# casehub_embed_text(OUT_VAR FILE SYMBOL): a .cc that defines `const char casehub::SYMBOL[]` with the text of FILE, so
# that a binary needs no data files beside it. Configures again when FILE changes.
include_guard(GLOBAL)
set(CASEHUB_EMBED_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/embedded_text.cc.in)
function(casehub_embed_text out_var file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${file} EMBED_TEXT)
  set(EMBED_SYMBOL ${symbol})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  configure_file(${CASEHUB_EMBED_TEMPLATE} ${output} @ONLY)
  set(${out_var} ${output} PARENT_SCOPE)
endfunction()
