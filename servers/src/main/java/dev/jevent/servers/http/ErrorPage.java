package dev.jevent.servers.http;

import dev.jevent.contract.NeverSwitches;

/** Makes the page that a client gets with a status from 400 on: without one it gets a line of plain text. */
@FunctionalInterface
public interface ErrorPage {
    /**
     * @param message what is wrong, in plain text; nothing of it comes from the client, but what a handler has put into an
     *     {@link HttpException}
     * @return the page as HTML
     */
    @NeverSwitches
    String html(int status, String message);
}
