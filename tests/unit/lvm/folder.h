/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Throw-away folders and the files in them. Failures end the test. */

#include <stdbool.h>

/* Makes a new folder. Owned path, to be given to folder_remove(). */
char *folder_make(void);
/* Removes a folder with all that is in it, and frees the path. */
void folder_remove(char *dir);

/* Writes a file, with folders above it as needed. printf's format is the file's path in dir. */
void folder_write(const char *dir, const char *text, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Owned text of a file. */
char *folder_read(const char *dir, const char *name);
bool folder_has(const char *dir, const char *name);
