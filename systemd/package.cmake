# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package: cpack -G DEB in a build folder of the release preset. What is in it is what
# "cmake --install" installs; debian/ has what a package needs beside that.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR pvmoved)
set(CPACK_PACKAGE_CONTACT "pvmoved developers <pvmoved@users.noreply.github.com>")
set(CPACK_STRIP_FILES ON)
# /etc is installed into as well.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian/stage.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The libraries are added. lvm2: what this version's metadata edits were seen with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
	"lvm2 (>= 2.03.16), dmsetup, udev, systemd (>= 252), init-system-helpers (>= 1.54)")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "move live LVM extents between disks, owned by a daemon")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"pvmoved empties a disk under live data: it moves the extents of LVM logical
volumes from one physical volume to others while their file systems stay
mounted. A daemon owns every move and keeps it in a journal, so that a crash,
a reboot or a power cut costs nothing but time.

A sector that cannot be read ends a move with the volume where it was; both
sides can be compared before a volume leaves its disk. pvmovectl shows moves
to people, and by JSON and Varlink to programs.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script postinst prerm postrm conffiles)
	list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/${script})
endforeach()
include(CPack)
