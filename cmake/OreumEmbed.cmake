# The dashboard inside the program.
#
#   oreum_embed_web(oreum_api)
#
# builds web/ by Vite and adds to that target a source, made in the build folder, with every built file (see
# src/api/assets.h). Node is needed for that and for nothing else.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(OREUM_NODE node)
find_program(OREUM_NPM npm)
if(NOT OREUM_NODE OR NOT OREUM_NPM)
  message(FATAL_ERROR "The dashboard is built by Node.js 18 or newer with npm, and they were not found. Install them "
                      "(on Debian 12: apt-get install nodejs npm) or let ./dev build do it.")
endif()

function(oreum_embed_web target)
  set(root ${CMAKE_SOURCE_DIR}/web)
  set(script ${CMAKE_SOURCE_DIR}/tools/embed_assets.py)
  set(dist ${CMAKE_CURRENT_BINARY_DIR}/web)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/web_assets.cpp)
  set(packages ${root}/node_modules/.package-lock.json) # npm writes it when all is installed
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${root}/src/* ${root}/public/*)
  add_custom_command(OUTPUT ${packages}
                     COMMAND ${OREUM_NPM} ci --ignore-scripts --no-fund --no-audit --loglevel=error
                     COMMAND ${CMAKE_COMMAND} -E touch ${packages}
                     WORKING_DIRECTORY ${root}
                     DEPENDS ${root}/package-lock.json
                     COMMENT "Installing what builds the dashboard" VERBATIM)
  add_custom_command(OUTPUT ${out}
                     COMMAND ${OREUM_NODE} node_modules/vite/bin/vite.js build --outDir ${dist} --emptyOutDir
                             --logLevel warn
                     COMMAND ${Python3_EXECUTABLE} ${script} ${dist} ${out}
                     WORKING_DIRECTORY ${root}
                     DEPENDS ${script} ${files} ${packages} ${root}/index.html ${root}/vite.config.ts
                             ${root}/tsconfig.json
                     COMMENT "Building the dashboard" VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
