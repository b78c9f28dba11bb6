package dev.jevent;

/** How things are named in dumps and messages. */
final class Texts {
    private Texts() {}

    /** The name of a class without its package; a lambda is named after the class it was written in. */
    static String className(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        if (lambda >= 0) {
            name = name.substring(0, lambda);
        }
        name = name.substring(name.lastIndexOf('.') + 1);
        return lambda >= 0 ? name + " lambda" : name;
    }
}
