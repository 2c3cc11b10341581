# SPDX-License-Identifier: GPL-2.0-or-later
# The packages: cpack -G DEB, or -G RPM, in a build folder of the release preset. What is in them is what
# "cmake --install" installs; debian/ and rpm/ have what a package needs beside that.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR pvmoved)
set(CPACK_PACKAGE_CONTACT "pvmoved developers <pvmoved@users.noreply.github.com>")
set(CPACK_STRIP_FILES ON)
# /etc is installed into as well.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The libraries are added. lvm2: what this version's metadata edits were seen with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
	"lvm2 (>= 2.03.16), dmsetup, udev, systemd (>= 252), init-system-helpers (>= 1.54)")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "move live LVM extents between disks, owned by a daemon")
set(description
"pvmoved empties a disk under live data: it moves the extents of LVM logical
volumes from one physical volume to others while their file systems stay
mounted. A daemon owns every move and keeps it in a journal, so that a crash,
a reboot or a power cut costs nothing but time.

A sector that cannot be read ends a move with the volume where it was; both
sides can be compared before a volume leaves its disk. pvmovectl shows moves
to people, and by JSON and Varlink to programs.")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "${description}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Neither is removed in mid-move.
file(READ ${CMAKE_CURRENT_LIST_DIR}/refuse_removal.sh refuse_removal)
foreach(script debian/prerm rpm/preun)
	configure_file(${CMAKE_CURRENT_LIST_DIR}/${script} ${PROJECT_BINARY_DIR}/scripts/${script} @ONLY)
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/scripts/debian/prerm)
foreach(script postinst postrm conffiles)
	list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/${script})
endforeach()

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_SUMMARY "Move live LVM extents between disks, owned by a daemon")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${description}")
set(CPACK_RPM_PACKAGE_LICENSE GPL-2.0-or-later)
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Daemons")
# rpmbuild adds the libraries.
set(CPACK_RPM_PACKAGE_REQUIRES "lvm2 >= 2.03.16, device-mapper, systemd >= 252")
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
	/usr/sbin /usr/lib/systemd /usr/lib/systemd/catalog /usr/lib/systemd/system /usr/lib/sysusers.d /usr/share/man
	/usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8 /usr/share/bash-completion
	/usr/share/bash-completion/completions /usr/share/fish /usr/share/fish/vendor_completions.d /usr/share/zsh
	/usr/share/zsh/site-functions)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define packager ${CPACK_PACKAGE_CONTACT}")
set(CPACK_RPM_CHANGELOG_FILE ${CMAKE_CURRENT_LIST_DIR}/rpm/changelog)
set(CPACK_RPM_USER_FILELIST "%config(noreplace) /etc/pvmoved/pvmoved.conf")
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_LIST_DIR}/rpm/post)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${PROJECT_BINARY_DIR}/scripts/rpm/preun)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_LIST_DIR}/rpm/postun)
include(CPack)
