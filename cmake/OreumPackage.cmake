# Where things go when installed, and a Debian package of them by CPack: `./dev package`.
include(GNUInstallDirs)
set(level1 ${CMAKE_SOURCE_DIR}/deploy/level1)

install(TARGETS oreum RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${level1}/oreum.yaml DESTINATION /etc/oreum)
install(FILES ${level1}/oreum.service DESTINATION lib/systemd/system)
install(FILES ${level1}/oreum.sysusers DESTINATION lib/sysusers.d RENAME oreum.conf)
install(FILES ${level1}/debian/copyright ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Shell completions are the program's own output.
function(oreum_install_completion shell destination name)
  set(made ${CMAKE_BINARY_DIR}/completions/${shell}/${name})
  install(CODE "
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/completions/${shell})
    execute_process(COMMAND ${CMAKE_BINARY_DIR}/oreum completion ${shell} OUTPUT_FILE ${made} COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${made} DESTINATION ${destination})
endfunction()
oreum_install_completion(bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions oreum)
oreum_install_completion(zsh ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions _oreum)
oreum_install_completion(fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d oreum.fish)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME oreum)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Oreum authors <oreum@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers, passwd")
# Loaded only where the store is in PostgreSQL.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libpq5")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${level1}/debian/conffiles ${level1}/debian/postinst ${level1}/debian/prerm
    ${level1}/debian/postrm)
include(CPack)
