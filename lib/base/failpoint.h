/* failpoint.h: named places where a test may stop the process dead.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

/*
 * Built with --enable-failpoints and run with MIXTILL_FAILPOINT=NAME or NAME:N, the N-th visit of
 * that name (the first, without N) ends the process by SIGKILL, as a power cut would.
 * Otherwise it is nothing at all.
 */
#ifdef MIXTILL_FAILPOINTS
void failpoint(const char *name);
#else
#define failpoint(name) ((void)0)
#endif

#endif
