package dev.jevent.launcher;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** One call of the command line in this process: its exit status and what it printed. */
record Run(int status, String out, String err) {
    static Run jevent(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(args).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Run(line.execute(args), out.toString(), err.toString());
    }

    List<String> lines() {
        return out.lines().toList();
    }

    Map<String, Object> object() throws IOException {
        return JSON.std.mapFrom(out);
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> objects() throws IOException {
        return (List<Map<String, Object>>) (List<?>) JSON.std.listFrom(out);
    }
}
