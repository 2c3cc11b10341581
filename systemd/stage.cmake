# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cpack on what it has installed, ahead of packing it: what distributions' policies want of files
# and a plain "cmake --install" has no business to do.
set(doc ${CPACK_TEMPORARY_DIRECTORY}/usr/share/doc/pvmoved)
file(GLOB_RECURSE compressed ${CPACK_TEMPORARY_DIRECTORY}/usr/share/man/*.[1-8])
if(CPACK_GENERATOR STREQUAL DEB)
	file(COPY ${CMAKE_CURRENT_LIST_DIR}/debian/copyright ${CMAKE_CURRENT_LIST_DIR}/debian/changelog
		DESTINATION ${doc})
	list(APPEND compressed ${doc}/changelog)
else()
	# Only Debian's zsh looks into vendor-completions.
	file(RENAME ${CPACK_TEMPORARY_DIRECTORY}/usr/share/zsh/vendor-completions
		${CPACK_TEMPORARY_DIRECTORY}/usr/share/zsh/site-functions)
endif()
execute_process(COMMAND gzip -9n ${compressed} COMMAND_ERROR_IS_FATAL ANY)
