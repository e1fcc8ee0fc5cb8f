package ai.flightmind.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.libtorch.Operator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 64, 40", "3, 7, 5", "96, 33, 128", "512, 64, 200"})
    void productIsThatOfDoublesWhoeverMakesItAndHoweverItsFactorsLie(long rows, long inner, long columns) {
        Libtorch.load();
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.randn(rows, inner);
            Tensor larger = torch.randn(inner + 5, columns);
            Tensor b = larger.narrow(0, 3, inner); // as a block of the vocabulary lies in the embedding
            Tensor exact = a.to(ScalarType.Double).mm(b.to(ScalarType.Double));

            assertThat(largestDifference(Product.of(a, b), exact)).isLessThan(1e-4);
            assertThat(largestDifference(Product.of(a, b.t().contiguous().t()), exact))
                    .isLessThan(1e-4);
            assertThat(largestDifference(Product.of(a.t().contiguous().t(), b), exact))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void productOfBfloat16IsBfloat16() {
        Libtorch.load();
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.randn(64, 96).to(ScalarType.BFloat16);
            Tensor b = torch.randn(96, 32).to(ScalarType.BFloat16);

            assertThat(torch.equal(Product.of(a, b), a.mm(b))).isTrue();
        }
    }

    @Test
    void operatorThatThisLibtorchLacksIsNotFound() {
        assertThat(Operator.find("mkldnn::_linear_pointwise", "no_such_overload"))
                .isEmpty();
        assertThat(Operator.find("aten::mm", "")).isPresent();
    }

    private static double largestDifference(Tensor a, Tensor b) {
        return a.to(ScalarType.Double).sub_(b).abs_().max().item_double();
    }
}
