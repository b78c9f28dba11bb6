package dev.jevent.testkit.tck;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

/** Makes an object that does what another does, but for one method. */
final class Bending {
    private Bending() {}

    /** What is done instead of a method. */
    @FunctionalInterface
    interface Instead<T> {
        Object call(T real, Call call) throws Throwable;
    }

    /** A call of a method of the real object. */
    static final class Call {
        private final Object real;
        private final Method method;
        final Object[] arguments;

        private Call(Object real, Method method, Object[] arguments) {
            this.real = real;
            this.method = method;
            this.arguments = arguments == null ? new Object[0] : arguments;
        }

        Object proceed() throws Throwable {
            return proceed(arguments);
        }

        Object proceed(Object... others) throws Throwable {
            try {
                return method.invoke(real, others);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @SuppressWarnings("unchecked")
        <A> A argument(int index) {
            return (A) arguments[index];
        }
    }

    /** @param methods names of those that are done otherwise, separated by spaces */
    static <T> T bend(Class<T> type, T real, String methods, Instead<? super T> instead) {
        List<String> bent = Arrays.asList(methods.split(" "));
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            Call call = new Call(real, method, arguments);
            return bent.contains(method.getName()) ? instead.call(real, call) : call.proceed();
        }));
    }
}
