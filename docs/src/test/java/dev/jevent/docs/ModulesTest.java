package dev.jevent.docs;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module-info of each published module, held against the arrows, against META-INF/services and against the guide. */
class ModulesTest {
    private static final Path GUIDE = Pages.page("docs/guide/dependencies.md");
    private static final String SERVICES = "META-INF/services";

    /** Names of modules that others made, by the artifact that has them. */
    private static final Map<String, String> OUTSIDE = Map.of("guice", "com.google.guice", "junit-jupiter-api", "org.junit.jupiter.api");

    @Test
    void everyPublishedModuleHasOneAndIsNamedAsItsPackages() throws Exception {
        for (var module : descriptors().entrySet()) {
            var name = module.getValue().name();
            assertThat(module.getValue().isAutomatic()).as("%s has no module-info.java", module.getKey()).isFalse();
            assertThat(name).isEqualTo(expectedName(module.getKey()));
            assertThat(packages(module.getKey())).as("packages of %s", module.getKey())
                    .isNotEmpty().allMatch(it -> it.equals(name) || it.startsWith(name + "."));
        }
    }

    private static String expectedName(String module) {
        return switch (module) {
            case "api" -> "dev.jevent";
            case "loop-epoll-jni", "loop-kqueue-jni", "loop-common", "jni-common" ->
                    "dev.jevent." + module.substring(0, module.lastIndexOf('-')).replace('-', '.');
            default -> "dev.jevent." + module.replace('-', '.');
        };
    }

    @Test
    void eachRequiresWhatItsArrowsSay() throws Exception {
        var descriptors = descriptors();
        var arrows = ArchitectureTest.arrowsOfTable();
        for (var module : descriptors.entrySet()) {
            var allowed = arrows.get(module.getKey());
            var expected = new TreeSet<String>();
            allowed.ours().forEach(it -> expected.add(descriptors.get(it).name()));
            allowed.outside().forEach(it -> expected.add(OUTSIDE.getOrDefault(it, it)));
            var required = module.getValue().requires().stream().map(Requires::name)
                    .filter(it -> !it.startsWith("java.") && !it.startsWith("jdk.")).collect(toCollection(TreeSet::new));
            assertThat(required).as("what the module-info of %s requires, against its arrows", module.getKey()).isEqualTo(expected);
        }
    }

    @Test
    void eachProvidesWhatItsServiceFilesName() throws Exception {
        int services = 0;
        for (var module : descriptors().entrySet()) {
            var provided = new TreeMap<String, List<String>>();
            module.getValue().provides().forEach(it -> provided.put(it.service(), it.providers()));
            assertThat(provided).as("what the module-info of %s provides, against %s", module.getKey(), SERVICES)
                    .isEqualTo(serviceFiles(module.getKey()));
            services += provided.size();
        }
        assertThat(services).as("services in all").isGreaterThan(10);
    }

    @Test
    void theGuideNamesEachWithWhatItExports() throws Exception {
        var promised = new LinkedHashMap<String, List<String>>();
        for (var row : Pages.table(GUIDE, "jar")) {
            promised.put(row.get(0).replace("`", ""), List.of(row.get(1).replace("`", ""), row.get(2).replace("`", "")));
        }
        var actual = new TreeMap<String, List<String>>();
        for (var module : descriptors().entrySet()) {
            var exported = module.getValue().exports().stream().filter(it -> !it.isQualified()).map(Exports::source).sorted().toList();
            actual.put("jevent-" + module.getKey(), List.of(module.getValue().name(), exported.isEmpty() ? "–" : String.join(", ", exported)));
        }
        assertThat(promised).as("the table of %s", GUIDE.getFileName()).containsExactlyInAnyOrderEntriesOf(actual);
    }

    // ---- reading

    private static Map<String, ModuleDescriptor> descriptors() throws Exception {
        var descriptors = new TreeMap<String, ModuleDescriptor>();
        for (var module : ArchitectureTest.published()) {
            descriptors.put(module, reference(module).descriptor());
        }
        return descriptors;
    }

    private static ModuleReference reference(String module) {
        var found = ModuleFinder.of(ArchitectureTest.classFolder(module)).findAll();
        assertThat(found).as("modules in %s/target/classes", module).hasSize(1);
        return found.iterator().next();
    }

    private static Set<String> packages(String module) throws IOException {
        try (ModuleReader reader = reference(module).open(); Stream<String> files = reader.list()) {
            return files.filter(it -> it.endsWith(".class") && it.contains("/"))
                    .map(it -> it.substring(0, it.lastIndexOf('/')).replace('/', '.')).collect(toCollection(TreeSet::new));
        }
    }

    private static Map<String, List<String>> serviceFiles(String module) throws IOException {
        var services = new TreeMap<String, List<String>>();
        var folder = ArchitectureTest.classFolder(module).resolve(SERVICES);
        if (Files.isDirectory(folder)) {
            var files = new ArrayList<Path>();
            try (Stream<Path> list = Files.list(folder)) {
                list.forEach(files::add);
            }
            for (var file : files) {
                services.put(file.getFileName().toString(), Files.readAllLines(file).stream().map(String::strip).filter(it -> !it.isEmpty()).toList());
            }
        }
        return services;
    }
}
