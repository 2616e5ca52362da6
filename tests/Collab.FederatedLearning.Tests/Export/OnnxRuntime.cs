using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>ONNX Runtime, in a process of its own.</summary>
internal static class OnnxRuntime
{
    /// <summary>A matrix of doubles, row after row.</summary>
    public static JsonNode Numbers(IEnumerable<double[]> rows) => Input("float64", rows.First().Length, rows.SelectMany(row => row).Select(x => double.IsNaN(x) ? null : (JsonNode)x));

    /// <summary>A matrix of text, row after row.</summary>
    public static JsonNode Texts(IEnumerable<string[]> rows) => Input("string", rows.First().Length, rows.SelectMany(row => row).Select(text => (JsonNode?)text));

    /// <summary>The output <c>y</c> of a model.</summary>
    public static async Task<double[]> PredictAsync(byte[] model, params (string Name, JsonNode Values)[] inputs)
    {
        var here = Path.GetDirectoryName(Here())!;
        if (!Directory.Exists(Path.Combine(here, "..", "..", "..", "node_modules", "onnxruntime-node")))
            Assert.Fail("The packages of npm are missing: run 'npm ci --ignore-scripts' at the root of the repository.");
        var question = new JsonArray(new JsonObject
        {
            ["model"] = Convert.ToBase64String(model),
            ["inputs"] = new JsonObject(inputs.Select(input => KeyValuePair.Create(input.Name, (JsonNode?)input.Values))),
        });
        using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(here, "onnx_runtime.js")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.StandardInput.WriteAsync(question.ToJsonString());
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) Assert.Fail($"ONNX Runtime failed: {await errors}");
        return JsonSerializer.Deserialize<double[][]>(await output)!.Single();
    }

    /// <summary>The same but for the last bits of doubles.</summary>
    public static void AssertSame(IEnumerable<double> expected, double[] actual)
    {
        Assert.Equal(expected.Count(), actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * Math.Max(1, Math.Abs(pair.First))));
    }

    private static JsonObject Input(string type, int columns, IEnumerable<JsonNode?> values) => new() { ["type"] = type, ["columns"] = columns, ["values"] = new JsonArray([.. values]) };

    private static string Here([CallerFilePath] string file = "") => file;
}
