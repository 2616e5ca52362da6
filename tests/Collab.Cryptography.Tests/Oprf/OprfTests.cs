using System.Text.Json.Nodes;
using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Oprf;

public class OprfTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "rfc9497-oprf.json")))!;

    public static TheoryData<int, int> Cases()
    {
        var data = new TheoryData<int, int>();
        foreach (var (suite, node) in Vectors["suites"]!.AsArray().Index())
        {
            for (var number = 0; number < node!["cases"]!.AsArray().Count; number++) data.Add(suite, number);
        }

        return data;
    }

    public static TheoryData<OprfSuite, OprfMode> Kinds()
    {
        var data = new TheoryData<OprfSuite, OprfMode>();
        foreach (var suite in Enum.GetValues<OprfSuite>())
        {
            foreach (var mode in Enum.GetValues<OprfMode>()) data.Add(suite, mode);
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_value_of_the_vectors_of_rfc_9497_comes_out(int suiteNumber, int number)
    {
        var node = Vectors["suites"]![suiteNumber]!;
        var suite = (string)node["suite"]! == "P256-SHA256" ? OprfSuite.P256Sha256 : OprfSuite.Ristretto255Sha512;
        var mode = (OprfMode)(int)node["mode"]!;
        var one = node["cases"]![number]!;
        byte[][] inputs = Bytes(one["input"]), blinds = Bytes(one["blind"]), outputs = Bytes(one["output"]);

        using var key = OprfKey.Derive(suite, mode, Hex(node["seed"]), Hex(node["keyInfo"]));
        Assert.True(key.HasSecret(Hex(node["skSm"])));
        if (node["pkSm"] is { } publicKey) Assert.Equal(Hex(publicKey), key.PublicKey.ToArray());

        var client = mode == OprfMode.Voprf ? new OprfClient(suite, key.PublicKey.Span) : new OprfClient(suite);
        OprfBlinding[] blindings = [.. inputs.Zip(blinds, (input, blind) => client.Blind(input, blind))];
        Assert.Equal(Bytes(one["blindedElement"]), blindings.Select(blinding => blinding.Element.ToArray()));

        byte[] proof = [];
        ReadOnlyMemory<byte>[] elements = [.. blindings.Select(blinding => blinding.Element)];
        var evaluated = mode == OprfMode.Voprf
            ? key.BlindEvaluate(elements, Hex(one["proofRandomScalar"]), out proof)
            : key.BlindEvaluate(elements);
        Assert.Equal(Bytes(one["evaluationElement"]), evaluated!);
        if (mode == OprfMode.Voprf) Assert.Equal(Hex(one["proof"]), proof);

        Assert.Equal(outputs, client.Finish(blindings, [.. evaluated!.Select(answer => (ReadOnlyMemory<byte>)answer)], proof));
        Assert.Equal(outputs, inputs.Select(input => key.Evaluate(input)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_client_gets_what_the_server_computes_for_itself(OprfSuite suite, OprfMode mode)
    {
        using var key = OprfKey.Generate(suite, mode, RandomSource.System);
        var client = mode == OprfMode.Voprf ? new OprfClient(suite, key.PublicKey.Span) : new OprfClient(suite);
        byte[][] inputs = [[], [1], [.. Enumerable.Repeat((byte)7, 300)]];
        var (values, blindings) = Run(key, client, inputs, answers => answers, proof => proof);
        Assert.Equal(inputs.Select(input => key.Evaluate(input)), values!);
        using var again = client.Blind(inputs[0], RandomSource.System);
        Assert.NotEqual(again.Element.ToArray(), blindings[0].Element.ToArray());
        Assert.Throws<ArgumentException>(() => client.Blind(new byte[OprfKey.LongestInput + 1], RandomSource.System));
    }

    [Theory, InlineData(OprfSuite.Ristretto255Sha512), InlineData(OprfSuite.P256Sha256)]
    public void A_wrong_answer_key_or_proof_is_refused_in_the_verifiable_mode(OprfSuite suite)
    {
        using var key = OprfKey.Generate(suite, OprfMode.Voprf, RandomSource.System);
        using var other = OprfKey.Generate(suite, OprfMode.Voprf, RandomSource.System);
        var client = new OprfClient(suite, key.PublicKey.Span);
        byte[][] inputs = [[1], [2]];
        Assert.NotNull(Run(key, client, inputs, answers => answers, proof => proof).Values);
        Assert.Null(Run(other, client, inputs, answers => answers, proof => proof).Values);
        Assert.Null(Run(key, client, inputs, answers => [answers[1], answers[0]], proof => proof).Values);
        Assert.Null(Run(key, client, inputs, answers => [answers[0], answers[0]], proof => proof).Values);
        Assert.Null(Run(key, client, inputs, answers => [answers[0]], proof => proof).Values);
        Assert.Null(Run(key, client, inputs, answers => answers, proof => proof[..^1]).Values);
        Assert.Null(Run(key, client, inputs, answers => answers, _ => []).Values);
        Assert.Null(Run(key, client, inputs, answers => answers, _ => new byte[64]).Values);
        Assert.Null(Run(key, client, inputs, answers => answers, _ => [.. Enumerable.Repeat((byte)0xff, 64)]).Values);
        for (var at = 0; at < 64; at += 9)
        {
            var where = at;
            Assert.Null(Run(key, client, inputs, answers => answers, proof => [.. proof.Select((b, i) => i == where ? (byte)(b ^ 4) : b)]).Values);
        }
    }

    [Theory]
    [InlineData(OprfSuite.Ristretto255Sha512, "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(OprfSuite.Ristretto255Sha512, "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData(OprfSuite.Ristretto255Sha512, "")]
    [InlineData(OprfSuite.P256Sha256, "00")]
    [InlineData(OprfSuite.P256Sha256, "")]
    [InlineData(OprfSuite.P256Sha256, "02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")] // x = p
    [InlineData(OprfSuite.P256Sha256, "020000000000000000000000000000000000000000000000000000000000000001")] // not on the curve
    [InlineData(OprfSuite.P256Sha256, "04723a1e5c09b8b9c18d1dcbca29e8007e95f14f4732d9346d490ffc195110368d")] // another form
    [InlineData(OprfSuite.P256Sha256, "03723a1e5c09b8b9c18d1dcbca29e8007e95f14f4732d9346d490ffc19511036")]
    public void What_is_no_element_is_refused_by_server_and_client(OprfSuite suite, string encoding)
    {
        ReadOnlyMemory<byte> bad = Convert.FromHexString(encoding);
        using var key = OprfKey.Generate(suite, OprfMode.Oprf, RandomSource.System);
        Assert.Null(key.BlindEvaluate([bad]));
        var client = new OprfClient(suite);
        using var blinding = client.Blind([1], RandomSource.System);
        Assert.Null(client.Finish([blinding], [bad]));
        Assert.Throws<ArgumentException>(() => new OprfClient(suite, bad.Span));
    }

    [Theory, InlineData(OprfSuite.Ristretto255Sha512), InlineData(OprfSuite.P256Sha256)]
    public void Modes_do_not_mix(OprfSuite suite)
    {
        var seed = new byte[OprfKey.SeedSize];
        using var plain = OprfKey.Derive(suite, OprfMode.Oprf, seed, []);
        using var verifiable = OprfKey.Derive(suite, OprfMode.Voprf, seed, []);
        Assert.NotEqual(plain.Evaluate([1]), verifiable.Evaluate([1]));
        Assert.Throws<InvalidOperationException>(() => plain.BlindEvaluate([plain.PublicKey], RandomSource.System, out _));
    }

    [Theory]
    [InlineData(OprfSuite.Ristretto255Sha512, 64)]
    [InlineData(OprfSuite.P256Sha256, 32)]
    public void Many_at_once_are_the_same_as_each_alone(OprfSuite suite, int valueSize)
    {
        using var key = OprfKey.Generate(suite, OprfMode.Oprf, RandomSource.Seeded(5));
        var client = new OprfClient(suite);
        foreach (var n in new[] { 0, 1, 31, 33, 70 })
        {
            ReadOnlyMemory<byte>[] inputs = [.. Enumerable.Range(0, n).Select(i => (ReadOnlyMemory<byte>)RandomSource.Seeded(i).Bytes(i % 40))];
            var values = new byte[n * valueSize];
            key.Evaluate(inputs, values);
            for (var i = 0; i < n; i++) Assert.Equal(key.Evaluate(inputs[i].Span), values[(i * valueSize)..((i + 1) * valueSize)]);

            byte[][] blinded = [.. inputs.Select(input => client.Blind(input.Span, RandomSource.Seeded(7)).Element.ToArray())];
            var answers = key.BlindEvaluate((ReadOnlyMemory<byte>)blinded.SelectMany(element => element).ToArray());
            Assert.Equal(key.BlindEvaluate([.. blinded.Select(element => (ReadOnlyMemory<byte>)element)])!.SelectMany(element => element), answers!);
            if (n == 0) continue;
            blinded[n / 2] = new byte[client.ElementSize];                          // for ristretto255 the neutral element, for P-256 nothing
            Assert.Null(key.BlindEvaluate((ReadOnlyMemory<byte>)blinded.SelectMany(element => element).ToArray()));
        }

        Assert.Null(key.BlindEvaluate(new byte[client.ElementSize + 1]));
        Assert.Throws<ArgumentException>(() => key.Evaluate([new byte[OprfKey.LongestInput + 1]], new byte[valueSize]));
    }

    private static (byte[][]? Values, OprfBlinding[] Blindings) Run(
        OprfKey key, OprfClient client, byte[][] inputs, Func<byte[][], byte[][]> answersOf, Func<byte[], byte[]> proofOf)
    {
        OprfBlinding[] blindings = [.. inputs.Select(input => client.Blind(input, RandomSource.System))];
        ReadOnlyMemory<byte>[] elements = [.. blindings.Select(blinding => blinding.Element)];
        byte[] proof = [];
        var answers = key.Mode == OprfMode.Voprf
            ? key.BlindEvaluate(elements, RandomSource.System, out proof)
            : key.BlindEvaluate(elements);
        ReadOnlyMemory<byte>[] changed = [.. answersOf(answers!).Select(answer => (ReadOnlyMemory<byte>)answer)];
        return (client.Finish(blindings, changed, proofOf(proof)), blindings);
    }

    private static byte[] Hex(JsonNode? node) => Convert.FromHexString((string)node!);

    private static byte[][] Bytes(JsonNode? node) => [.. node!.AsArray().Select(Hex)];
}
