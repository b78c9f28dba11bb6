/** Files, pipes and the standard streams, read and written cooperatively. */
package dev.jevent.io.file;
