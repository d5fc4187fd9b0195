# A Debian package by CPack: `./dev package`.
include(GNUInstallDirs)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME oreum)
