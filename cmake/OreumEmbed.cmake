# The web page inside the program.
#
#   oreum_embed_web(oreum_api)
#
# adds to that target a source, made in the build folder, with every file of web/ (see src/api/assets.h).
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(oreum_embed_web target)
  set(root ${CMAKE_SOURCE_DIR}/web)
  set(script ${CMAKE_SOURCE_DIR}/tools/embed_assets.py)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/web_assets.cpp)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${root}/*)
  add_custom_command(OUTPUT ${out}
                     COMMAND ${Python3_EXECUTABLE} ${script} ${root} ${out}
                     DEPENDS ${script} ${files}
                     COMMENT "Embedding the web page" VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
