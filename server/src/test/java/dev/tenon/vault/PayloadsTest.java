package dev.tenon.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class PayloadsTest {
  private static final int MAX = 1 << 20;
  private static final byte[] EVENT =
      """
      {"id":"evt_1","object":"event","api_version":"2026-06-24.dahlia","created":1790000000,"data":{
      "object":{"id":"sub_1","object":"subscription","application":null,"application_fee_percent":null,
      "automatic_tax":{"disabled_reason":null,"enabled":false,"liability":null},"cancel_at":null,
      "cancel_at_period_end":false,"canceled_at":null,"collection_method":"charge_automatically"}}}
      """
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void opensToWhatWasPacked() {
    var random = new Random(7);
    for (int round = 0; round < 300; round++) {
      byte[] plain = new byte[random.nextInt(9_000)];
      int kinds = 1 + random.nextInt(255);
      for (int i = 0; i < plain.length; i++) {
        plain[i] = (byte) random.nextInt(kinds);
      }
      assertThat(Payloads.unpack(Payloads.pack(plain), MAX)).isEqualTo(plain);
    }
  }

  @Test
  void makesAnEventSmallWithWhatTheDictionaryKnows() {
    assertThat(DictionaryZstd.isAvailable()).isTrue();
    assertThat(Payloads.pack(EVENT)).hasSizeLessThan(EVENT.length / 2);
  }

  @Test
  void storesWhatDoesNotShrink() {
    byte[] noise = new byte[500];
    new Random(1).nextBytes(noise);

    byte[] packed = Payloads.pack(noise);

    assertThat(packed).hasSize(505);
    assertThat(packed[0]).isZero();
    assertThat(Payloads.unpack(packed, MAX)).isEqualTo(noise);
  }

  @Test
  void stillOpensWhatWasDeflated() {
    var deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setInput(EVENT);
    deflater.finish();
    byte[] out = new byte[EVENT.length];
    int used = deflater.deflate(out);
    deflater.end();
    byte[] packed =
        ByteBuffer.allocate(5 + used).put((byte) 1).putInt(EVENT.length).put(out, 0, used).array();

    assertThat(Payloads.unpack(packed, MAX)).isEqualTo(EVENT);
    assertThatThrownBy(() -> Payloads.unpack(Arrays.copyOf(packed, packed.length - 9), MAX))
        .isInstanceOf(VaultException.class);
  }

  @Test
  void refusesWhatSaysItIsLargerThanAllowedBeforeItTakesTheMemory() {
    byte[] packed = Payloads.pack(EVENT);
    ByteBuffer.wrap(packed).putInt(1, Integer.MAX_VALUE);

    assertThatThrownBy(() -> Payloads.unpack(packed, MAX))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("more than");
  }

  @Test
  void refusesWhatIsBroken() {
    byte[] packed = Payloads.pack(EVENT);
    var random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      byte[] broken = Arrays.copyOf(packed, random.nextInt(packed.length + 1));
      if (broken.length > 0) {
        broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertThat(Payloads.unpack(broken, MAX).length).isLessThanOrEqualTo(MAX);
      } catch (VaultException expected) {
        assertThat(expected).hasMessageStartingWith("a sealed payload");
      }
    }
  }

  /// What was packed with a dictionary opens with that one only.
  @Test
  void theDictionaryNeverChanges() throws IOException, GeneralSecurityException {
    try (InputStream in = DictionaryZstd.class.getResourceAsStream("payload-dictionary-1")) {
      assertThat(in).isNotNull();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
      assertThat(HexFormat.of().formatHex(hash))
          .isEqualTo("55cc2919bbf115856c64000278575980d0000e44da2747eddbffb8e127957bc0");
    }
  }
}
