# How a casehub target is declared: one library or binary per folder, warnings as errors,
# third-party code only through the names below.
include_guard(GLOBAL)

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(EXPAT REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_library(CASEHUB_XXHASH xxhash REQUIRED)
find_library(CASEHUB_JEMALLOC_A NAMES libjemalloc.a REQUIRED)
find_library(CASEHUB_RE2 re2 REQUIRED)
find_library(CASEHUB_RDKAFKA rdkafka REQUIRED)

find_program(CASEHUB_CCACHE ccache)
if(CASEHUB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CASEHUB_CCACHE})
endif()

# The sanitizers hold for every object of a build folder, generated code included: mixing would hide findings.
if(CASEHUB_SANITIZE)
  add_compile_options(-fsanitize=${CASEHUB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CASEHUB_SANITIZE})
endif()

# The allocator of a program (docs/adr/0021-jemalloc.md); the sanitizers bring their own.
function(casehub_use_jemalloc target)
  if(NOT CASEHUB_SANITIZE)
    target_link_libraries(${target} PRIVATE ${CASEHUB_JEMALLOC_A})
  endif()
endfunction()

function(casehub_compile_options target)
  # GCC 12 sees overlapping copies in `"x" + std::string` that are not there (GCC bug 105651).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wno-restrict)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# casehub_library(NAME SRCS a.cc ... DEPS lib ...): the library of one folder.
function(casehub_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  casehub_compile_options(${name})
endfunction()

# casehub_binary(NAME SRCS a.cc ... DEPS lib ...): a program, left in build/bin.
function(casehub_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  casehub_compile_options(${name})
endfunction()

# casehub_test(NAME SRCS a.cc ... DEPS lib ... [LABELS unit] [TIMEOUT seconds]): a GoogleTest program, one ctest entry.
function(casehub_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} gtest gmock gtest_main)
  target_compile_options(${name} PRIVATE -O1)  # a test waits for its compiler longer than for its code
  casehub_compile_options(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "CASEHUB_BIN=${CMAKE_BINARY_DIR}/bin;CASEHUB_SOURCE=${CMAKE_SOURCE_DIR};TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp")
endfunction()
