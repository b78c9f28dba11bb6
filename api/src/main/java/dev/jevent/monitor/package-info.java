/** What a process can know of its hubs while they run: stalls, memory, and a report of who waits where. [F-MOM, F-EVS, F-UTL] */
package dev.jevent.monitor;
