package dev.tenon.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.tenon.ServerClasses;
import java.lang.reflect.RecordComponent;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A setting that nothing reads would look as if it had an effect.
class SettingsInUseTest {
  @Test
  void everySettingIsReadBySomethingOutsideTheSettings() {
    Set<String> read =
        ServerClasses.ALL.stream()
            .filter(from -> !from.getPackageName().equals("dev.tenon.config"))
            .flatMap(SettingsInUseTest::targets)
            .map(target -> target.getOwner().getName() + "." + target.getName())
            .collect(Collectors.toSet());
    Set<String> unread = new TreeSet<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      for (RecordComponent setting : section.getType().getRecordComponents()) {
        String name = section.getType().getName() + "." + setting.getName();
        if (!read.contains(name)) {
          unread.add(section.getName() + "." + setting.getName());
        }
      }
    }
    assertThat(unread).as("settings that nothing reads: use them or remove them").isEmpty();
  }

  private static Stream<AccessTarget> targets(JavaClass from) {
    return Stream.concat(
        from.getMethodCallsFromSelf().stream().map(call -> (AccessTarget) call.getTarget()),
        from.getMethodReferencesFromSelf().stream().map(use -> (AccessTarget) use.getTarget()));
  }
}
