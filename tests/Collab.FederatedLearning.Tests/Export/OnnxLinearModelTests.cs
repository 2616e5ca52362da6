using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Linear;
using Collab.FederatedLearning.Tests.Trees;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>ONNX Runtime predicts with written files what the parts predict.</summary>
public sealed class OnnxLinearModelTests
{
    private static readonly string[] Names = ["Duration", "Age", "Telephone"];

    [Theory, InlineData(LinearFamily.Regression), InlineData(LinearFamily.LogisticThreePieces), InlineData(LinearFamily.Logistic)]
    public async Task Onnx_runtime_predicts_what_the_parts_predict(LinearFamily family)
    {
        var run = LinearRun.Of(CreditRows.German, Names, family == LinearFamily.Regression ? "Amount" : null);
        var whole = run.Plain(new() { Family = family, Epochs = 3, Batch = 200 });
        // As two parties and one without columns would have it.
        LinearPart[] parts =
        [
            new([.. whole.Weights.Take(2)], whole.Intercept, [.. whole.Columns.Take(2)], whole.LabelScale, whole.Losses), new([], 0, [], null, whole.Losses),
            new([.. whole.Weights.Skip(2)], 0, [.. whole.Columns.Skip(2)], null, whole.Losses),
        ];
        double[][] rows = [.. Enumerable.Range(0, run.Labels.Length).Select(i => run.Columns.Select(column => column[i]).ToArray())];

        var predicted = await OnnxRuntime.PredictAsync(OnnxLinearModel.Write(family, parts), ("x", OnnxRuntime.Numbers(rows)));

        var expected = rows.Select(row => parts[0].Score(row.AsSpan()[..2]) + parts[2].Score(row.AsSpan()[2..])).Select(score => family switch
        {
            LinearFamily.Regression => whole.LabelScale!.Mean + (score * whole.LabelScale.Deviation),
            LinearFamily.Logistic => 1 / (1 + Math.Exp(-score)),
            _ => Math.Clamp(score + 0.5, 0, 1),
        });
        OnnxRuntime.AssertSame(expected, predicted);
    }

    [Fact]
    public void A_model_without_columns_or_without_the_labels_scale_is_refused()
    {
        Assert.Throws<ArgumentException>(() => OnnxLinearModel.Write(LinearFamily.Logistic, []));
        Assert.Throws<ArgumentException>(() => OnnxLinearModel.Write(LinearFamily.Regression, [new([1], 0, [new(0, 1)], null, [])]));
    }

    [Fact]
    public void Numbers_of_several_bytes_are_varints() =>
        Assert.Equal("0896012a0201ff", Convert.ToHexStringLower(new ProtobufWriter().Number(1, 150).Bytes(5, [1, 255]).Written));
}
