/**
 * Conformance kits for authors of loops, pollers and resolvers: JUnit classes to extend, with one test for each rule.
 */
package dev.jevent.testkit.tck;
