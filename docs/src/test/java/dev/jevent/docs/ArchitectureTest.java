package dev.jevent.docs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** The arrows that docs/design/architecture.md promises, held against the poms and the compiled classes. */
class ArchitectureTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PAGE = ROOT.resolve("docs/design/architecture.md");
    private static final String TABLE_HEADER = "| module | compile-depends on | outside |";
    private static final String GROUP = "dev.jevent";
    private static final String ARTIFACT_PREFIX = "jevent-";

    /** Code that runs on a hub's carrier, where a lock held by an unmounted greenlet would stop the hub for ever. */
    private static final List<String> LOCK_FREE = List.of("api", "hub", "loop-common", "loop-nio", "loop-epoll-jni");

    private static final List<String> BRIDGES = List.of("dev/jevent/hub/CarrierBridge", "dev/jevent/hub/PollerBridge");
    private static final String HELD_MONITORS = "dev/jevent/hub/HeldMonitors";
    private static final Set<String> JDK_INTERNALS = Set.of("privateLookupIn", "implAddOpens", "currentCarrierThread");

    record Arrows(Set<String> ours, Set<String> outside) {}

    // ---- the table and the poms

    @Test
    void thePomsHaveTheArrowsOfTheTableAndNoOthers() throws Exception {
        var promised = arrowsOfTable();
        var actual = arrowsOfPoms();
        var differences = new ArrayList<String>();
        for (var module : union(promised.keySet(), actual.keySet())) {
            var table = promised.get(module);
            var pom = actual.get(module);
            if (table == null) {
                differences.add(module + " is a module of the root pom and has no row in the table");
            } else if (pom == null) {
                differences.add(module + " has a row in the table and is no module of the root pom");
            } else {
                compare(module, "", table.ours(), pom.ours(), differences);
                compare(module, "outside ", table.outside(), pom.outside(), differences);
            }
        }
        assertThat(differences).as("%s against */pom.xml", PAGE.getFileName()).isEmpty();
    }

    private static void compare(String module, String kind, Set<String> table, Set<String> pom, List<String> differences) {
        minus(pom, table).forEach(it -> differences.add(
                "%s/pom.xml depends on %s%s, which the table does not allow".formatted(module, kind, it)));
        minus(table, pom).forEach(it -> differences.add(
                "the table says %s depends on %s%s, and %s/pom.xml does not".formatted(module, kind, it, module)));
    }

    @Test
    void theBomListsEveryPublishedModuleInTheVersionOfTheRootPom() throws Exception {
        var bom = xml(ROOT.resolve("bom/pom.xml"));
        var listed = new TreeSet<String>();
        for (var dependency : children(child(child(bom, "dependencyManagement"), "dependencies"))) {
            listed.add(moduleName(text(dependency, "artifactId")));
        }
        assertThat(listed).isEqualTo(published());
        assertThat(text(bom, "version")).isEqualTo(text(xml(ROOT.resolve("pom.xml")), "version"));
    }

    @Test
    void thePomsHaveWhatMavenCentralAsksFor() throws Exception {
        for (var file : List.of("pom.xml", "bom/pom.xml")) {
            var pom = xml(ROOT.resolve(file));
            assertThat(text(pom, "url")).as("url of %s", file).startsWith("https://");
            for (var name : List.of("licenses", "developers", "scm")) {
                assertThat(children(child(pom, name))).as("%s of %s", name, file).isNotEmpty();
            }
        }
        for (var module : union(published(), Set.of("bom", "."))) {
            assertThat(text(pom(module), "name")).as("name of %s", module).isNotBlank();
            assertThat(text(pom(module), "description")).as("description of %s", module).isNotBlank();
        }
    }

    // ---- the classes

    @Test
    void noPackagesFormACycle() throws Exception {
        var byPackage = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return SliceIdentifier.of(javaClass.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        };
        slices().assignedFrom(byPackage).should().beFreeOfCycles().check(publishedClasses());
    }

    @Test
    void noPackageIsSplitBetweenModules() throws Exception {
        var modulesOfPackage = new TreeMap<String, Set<String>>();
        for (var module : withMainCode()) {
            for (var type : classes(module)) {
                var name = type.thisClass().asInternalName();
                modulesOfPackage.computeIfAbsent(name.substring(0, name.lastIndexOf('/')), _ -> new TreeSet<>()).add(module);
            }
        }
        modulesOfPackage.values().removeIf(modules -> modules.size() == 1);
        assertThat(modulesOfPackage).as("packages with classes in more than one module").isEmpty();
    }

    @Test
    void syncDoesNotSeeTheScheduler() throws Exception {
        noClasses().that().resideInAPackage("dev.jevent.sync..")
                .should().dependOnClassesThat().resideInAPackage("dev.jevent.hub..")
                .because("what greenlets wait on is written on the api alone")
                .check(publishedClasses());
    }

    @Test
    void onlyTheBridgesReachIntoTheJdk() throws Exception {
        var offenders = new ArrayList<String>();
        for (var module : withMainCode()) {
            for (var type : classes(module)) {
                var name = type.thisClass().asInternalName();
                if (BRIDGES.stream().anyMatch(bridge -> name.equals(bridge) || name.startsWith(bridge + "$"))) {
                    continue;
                }
                pool(type, Utf8Entry.class, Utf8Entry::stringValue)
                        .filter(it -> JDK_INTERNALS.contains(it) || it.startsWith("java.lang.ThreadBuilders"))
                        .forEach(it -> offenders.add("%s: %s names %s".formatted(module, name, it)));
            }
        }
        assertThat(offenders).as("classes other than %s that reach into JDK internals", BRIDGES).isEmpty();
    }

    @Test
    void theCodeOfTheCarrierTakesNoMonitorAndNoReentrantLock() throws Exception {
        var offenders = new ArrayList<String>();
        for (var module : LOCK_FREE) {
            for (var type : classes(module)) {
                if (type.thisClass().asInternalName().equals(HELD_MONITORS)) {
                    continue; // of no meaning, and nobody else's
                }
                locks(type).forEach(it -> offenders.add("%s: %s %s".formatted(module, type.thisClass().asInternalName(), it)));
            }
        }
        assertThat(offenders).as("monitors and ReentrantLocks in %s", LOCK_FREE).isEmpty();
    }

    private static Set<String> locks(ClassModel type) {
        var found = new TreeSet<String>();
        pool(type, ClassEntry.class, ClassEntry::asInternalName)
                .filter(it -> it.startsWith("java/util/concurrent/locks/Reentrant"))
                .forEach(it -> found.add("uses " + it));
        for (var method : type.methods()) {
            var name = method.methodName().stringValue();
            if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
                found.add("has the synchronized method " + name);
            }
            method.code().ifPresent(code -> code.forEach(element -> {
                if (element instanceof java.lang.classfile.Instruction it && it.opcode() == Opcode.MONITORENTER) {
                    found.add("has a synchronized block in " + name);
                }
            }));
        }
        return found;
    }

    // ---- the rules themselves are not blind

    private static final class Locking {
        private final java.util.concurrent.locks.ReentrantLock lock = new java.util.concurrent.locks.ReentrantLock();

        synchronized boolean method() {
            return lock.isLocked();
        }

        int block() {
            synchronized (this) {
                return 1;
            }
        }
    }

    @Test
    void aLockIsFoundWhereThereIsOne() throws Exception {
        var file = Locking.class.getName().replace('.', '/') + ".class";
        try (var in = Locking.class.getClassLoader().getResourceAsStream(file)) {
            assertThat(locks(ClassFile.of().parse(in.readAllBytes()))).containsExactly(
                    "has a synchronized block in block", "has the synchronized method method",
                    "uses java/util/concurrent/locks/ReentrantLock");
        }
    }

    // ---- reading the table

    static Map<String, Arrows> arrowsOfTable() throws IOException {
        var lines = Files.readAllLines(PAGE);
        var header = lines.indexOf(TABLE_HEADER);
        assertThat(header).as("line of %s with the header %s", PAGE, TABLE_HEADER).isNotNegative();
        var arrows = new LinkedHashMap<String, Arrows>();
        for (var line : lines.subList(header + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            var cells = line.substring(1).split("\\|");
            assertThat(cells).as("cells of the row %s", line).hasSize(3);
            var before = arrows.put(cells[0].strip(), new Arrows(names(cells[1]), names(cells[2])));
            assertThat(before).as("an earlier row of %s", cells[0].strip()).isNull();
        }
        return arrows;
    }

    private static Set<String> names(String cell) {
        return Arrays.stream(cell.split(",")).map(String::strip).filter(it -> !it.equals("–")).collect(toCollection(TreeSet::new));
    }

    // ---- reading the poms

    private static Map<String, Arrows> arrowsOfPoms() throws Exception {
        var arrows = new LinkedHashMap<String, Arrows>();
        for (var module : modules()) {
            var ours = new TreeSet<String>();
            var outside = new TreeSet<String>();
            for (var dependency : children(child(pom(module), "dependencies"))) {
                if (!Set.of("", "compile", "provided").contains(text(dependency, "scope"))) {
                    continue;
                }
                var artifact = text(dependency, "artifactId");
                if (text(dependency, "groupId").equals(GROUP)) {
                    ours.add(moduleName(artifact));
                } else {
                    outside.add(artifact);
                }
            }
            arrows.put(module, new Arrows(ours, outside));
        }
        return arrows;
    }

    private static List<String> modules() throws Exception {
        return children(child(xml(ROOT.resolve("pom.xml")), "modules")).stream().map(it -> it.getTextContent().strip()).toList();
    }

    private static Set<String> withMainCode() throws Exception {
        return minus(modules(), Set.of("bom", "docs"));
    }

    static Set<String> published() throws Exception {
        var published = new TreeSet<String>();
        for (var module : withMainCode()) {
            var properties = child(pom(module), "properties");
            if (!text(properties, "maven.deploy.skip").equals("true")) {
                published.add(module);
            }
        }
        return published;
    }

    private static String moduleName(String artifactId) {
        assertThat(artifactId).startsWith(ARTIFACT_PREFIX);
        return artifactId.substring(ARTIFACT_PREFIX.length());
    }

    private static Element pom(String module) throws Exception {
        return xml(ROOT.resolve(module).resolve("pom.xml"));
    }

    private static Element xml(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()).getDocumentElement();
    }

    /** The first child element of that name; null if there is none, or no parent. */
    private static Element child(Element parent, String name) {
        return children(parent).stream().filter(it -> it.getTagName().equals(name)).findFirst().orElse(null);
    }

    private static List<Element> children(Element parent) {
        var children = new ArrayList<Element>();
        for (var node = parent == null ? null : parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }

    private static String text(Element parent, String name) {
        var child = child(parent, name);
        return child == null ? "" : child.getTextContent().strip();
    }

    // ---- reading the classes

    private static JavaClasses publishedClasses() throws Exception {
        var folders = new ArrayList<Path>();
        for (var module : published()) {
            folders.add(classFolder(module));
        }
        return new ClassFileImporter().importPaths(folders);
    }

    private static List<ClassModel> classes(String module) throws IOException {
        var parsed = new ArrayList<ClassModel>();
        try (var files = Files.walk(classFolder(module))) {
            for (var file : (Iterable<Path>) files.filter(ArchitectureTest::isClass)::iterator) {
                parsed.add(ClassFile.of().parse(file));
            }
        }
        assertThat(parsed).as("compiled classes of %s", module).isNotEmpty();
        return parsed;
    }

    private static boolean isClass(Path file) {
        var name = file.getFileName().toString();
        return name.endsWith(".class") && !name.equals("module-info.class");
    }

    static Path classFolder(String module) {
        var folder = ROOT.resolve(module).resolve("target/classes");
        assertThat(folder).as("compiled classes of %s: build from the root first", module).isDirectory();
        return folder;
    }

    private static <E extends PoolEntry, R> Stream<R> pool(ClassModel type, Class<E> kind, Function<E, R> read) {
        return StreamSupport.stream(type.constantPool().spliterator(), false).filter(kind::isInstance).map(kind::cast).map(read);
    }

    // ---- sets

    private static Set<String> union(Iterable<String> one, Iterable<String> other) {
        var union = new TreeSet<String>();
        one.forEach(union::add);
        other.forEach(union::add);
        return union;
    }

    private static Set<String> minus(Iterable<String> from, Set<String> what) {
        var rest = new TreeSet<String>();
        from.forEach(rest::add);
        rest.removeAll(what);
        return rest;
    }
}
