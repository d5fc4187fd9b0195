# One folder of src/ = one static library = one namespace.
#
#   oreum_library(collect DEPS model hostfs LIBS fmt::fmt)
#
# Every .cpp below the folder belongs to it, so a new file needs no line here. DEPS are folders of a lower rank
# (tools/check_layers enforces it); LIBS are third-party and stay private to the folder.
function(oreum_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(oreum_${name} STATIC ${sources})
  list(TRANSFORM ARG_DEPS PREPEND oreum_ OUTPUT_VARIABLE deps)
  target_link_libraries(oreum_${name} PUBLIC oreum_flags ${deps} fmt::fmt PRIVATE ${ARG_LIBS})
endfunction()

# oreum_unit_tests(collect DEPS collect): the executable unit_collect from tests/unit/collect/*_test.cpp.
function(oreum_unit_tests name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM ARG_DEPS PREPEND oreum_ OUTPUT_VARIABLE deps)
  add_executable(unit_${name} ${sources})
  target_link_libraries(unit_${name} PRIVATE ${deps} oreum_test_support rapidcheck rapidcheck_gtest
                        GTest::gtest_main GTest::gmock ${ARG_LIBS})
  target_compile_definitions(unit_${name} PRIVATE OREUM_FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures")
  add_test(NAME unit_${name} COMMAND unit_${name})
  set_tests_properties(unit_${name} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()
