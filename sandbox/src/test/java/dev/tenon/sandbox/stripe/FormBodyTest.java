package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.sandbox.Json;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FormBodyTest {
  @Test
  void readsNestedObjectsAndLists() {
    assertThat(
            Json.write(
                FormBody.parse(
                    "items[0][price]=p&items[0][quantity]=2&expand[]=a&expand[]=b&x=1+2")))
        .isEqualTo(
            "{\"items\":[{\"price\":\"p\",\"quantity\":\"2\"}],\"expand\":[\"a\",\"b\"],\"x\":\"1 2\"}");
  }

  @Test
  void keepsNumbersInMetadataAsNames() {
    assertThat(Json.write(FormBody.parse("metadata%5B0%5D=x&a%5Bmetadata%5D%5B1%5D=y")))
        .isEqualTo("{\"metadata\":{\"0\":\"x\"},\"a\":{\"metadata\":{\"1\":\"y\"}}}");
  }

  @Test
  void putsListElementsInTheOrderOfTheirNumbers() {
    assertThat(Json.write(FormBody.parse("a[10]=c&a[2]=b&a[0]=a")))
        .isEqualTo("{\"a\":[\"a\",\"b\",\"c\"]}");
  }

  @Test
  void refusesNamesThatCannotBeRead() {
    for (String bad :
        new String[] {"a[b=1", "a[b]c=1", "a[b][=1", "a=1&a[b]=2", "a=%zz", "a[b]=1&a=2"}) {
      assertThatThrownBy(() -> FormBody.parse(bad)).isInstanceOf(StripeError.class);
    }
    assertThatThrownBy(() -> FormBody.parse("a=1&".repeat(2_000))).isInstanceOf(StripeError.class);
    assertThatThrownBy(() -> FormBody.parse("a" + "[b]".repeat(50) + "=1"))
        .isInstanceOf(StripeError.class);
  }

  @Property(tries = 300)
  void neverFailsInAnotherWay(@ForAll String text) {
    try {
      assertThat(FormBody.parse(text)).isNotNull();
    } catch (StripeError e) {
      assertThat(e.status()).isEqualTo(400);
    }
  }
}
