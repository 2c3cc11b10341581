# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cpack on what it has installed, ahead of packing it: what Debian's policy wants of files and
# a plain "cmake --install" has no business to do.
set(doc ${CPACK_TEMPORARY_DIRECTORY}/usr/share/doc/pvmoved)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright ${CMAKE_CURRENT_LIST_DIR}/changelog DESTINATION ${doc})
file(GLOB_RECURSE manuals ${CPACK_TEMPORARY_DIRECTORY}/usr/share/man/*.[1-8])
execute_process(COMMAND gzip -9n ${manuals} ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
