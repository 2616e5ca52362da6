using System.Text.Json;
using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Linear;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>Written files are byte for byte those that ONNX Runtime was given, and what it predicted with them is what the parts predict.</summary>
public sealed class OnnxLinearModelTests
{
    private static readonly JsonElement Cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "onnx-linear.json"))).RootElement.GetProperty("cases");

    [Theory, InlineData(LinearFamily.Regression), InlineData(LinearFamily.LogisticThreePieces), InlineData(LinearFamily.Logistic)]
    public void Onnx_runtime_predicts_what_the_parts_predict(LinearFamily family)
    {
        var label = family == LinearFamily.Regression ? new Standardization(3271.258, 2821.3256) : null;
        LinearPart[] parts =
        [
            new([0.3073910798, 0.2607718201], -0.25, [new(20.903, 12.0527), new(2.973, 1.1181)], label, [0.2]),
            new([], 0, [], null, [0.2]),
            new([-0.2213261194], 0, [new(35.546, 11.3698)], null, [0.2]),
        ];
        var written = OnnxLinearModel.Write(family, parts);
        var one = Cases.EnumerateArray().Single(c => c.GetProperty("family").GetString() == family.ToString());
        Assert.Equal(one.GetProperty("model").GetString(), Convert.ToBase64String(written));

        var rows = one.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray()).ToArray();
        foreach (var (row, predicted) in rows.Zip(one.GetProperty("predictions").EnumerateArray(), (row, y) => (row, y.GetDouble())))
        {
            var score = parts[0].Score(row.AsSpan()[..2]) + parts[2].Score(row.AsSpan()[2..]);
            var expected = family switch
            {
                LinearFamily.Regression => label!.Mean + (score * label.Deviation),
                LinearFamily.Logistic => 1 / (1 + Math.Exp(-score)),
                _ => Math.Clamp(score + 0.5, 0, 1),
            };
            Assert.Equal(expected, predicted, 1e-6 * Math.Max(1, Math.Abs(expected)));
        }
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
