using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using SharedGarbling = Collab.SecretSharing.Garbling.Garbling;

namespace Collab.SecretSharing.Tests.Garbling;

public sealed class GarbledGateVectorTests
{
    [Fact]
    public void Garblings_are_those_of_an_independent_program()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Collab.sln"))) folder = folder.Parent!;
        var json = File.ReadAllText(Path.Combine(folder.FullName, "tests", "vectors", "garbled-gate.json"));
        var file = JsonSerializer.Deserialize<VectorFile>(json, JsonSerializerOptions.Web)!;
        Assert.Equal(3, file.Cases.Length);
        foreach (var vector in file.Cases)
        {
            var gates = vector.Gates.Select(g => new Gate(Enum.Parse<GateKind>(g.Kind, ignoreCase: true), g.A, g.B)).ToArray();
            var circuit = new BooleanCircuit(vector.Inputs, gates, vector.Outputs);
            var layout = new GarbledLayout(circuit, vector.Instances, vector.ColouredInputs);
            using var seed = SecretBytes.Take(Convert.FromHexString(vector.Seed));
            using var garbling = SharedGarbling.Create(layout, seed, vector.Batch);

            Assert.Equal(vector.MaterialSize, garbling.Material.Length);
            if (vector.Material is not null) Assert.Equal(vector.Material, Convert.ToHexStringLower(garbling.Material));
            Assert.Equal(vector.MaterialSha256, Convert.ToHexStringLower(SHA256.HashData(garbling.Material)));
            for (var w = 0; w < vector.InputLabelsForOne.Length; w++)
                Assert.Equal(vector.InputLabelsForOne[w], Labels(garbling, w, vector.Instances, true));
            for (var o = 0; o < vector.OutputLabelsForZero.Length; o++)
                Assert.Equal(vector.OutputLabelsForZero[o], Labels(garbling, vector.Outputs[o], vector.Instances, false));
        }
    }

    private static string Labels(SharedGarbling garbling, int wire, int instances, bool bit) => string.Concat(
        Enumerable.Range(0, instances).Select(i => Convert.ToHexStringLower(MemoryMarshal.AsBytes([garbling.Label(wire, i, bit)]))));

    private sealed record VectorFile(string Source, string Licence, string GeneratedBy, Vector[] Cases);

    private sealed record Vector(
        string Name, string Seed, int Batch, int Instances, int Inputs, GateText[] Gates, int[] Outputs, int ColouredInputs,
        int MaterialSize, string MaterialSha256, string? Material, string[] InputLabelsForOne, string[] OutputLabelsForZero);

    private sealed record GateText(string Kind, int A, int B);
}
