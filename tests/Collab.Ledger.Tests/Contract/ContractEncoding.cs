using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Collab.Ledger.Tests.Contract;

/// <summary>What a small number of a call or an event stands for on the chain.</summary>
public enum ValueKind { Number, Time, Organisation, Key, Label, Digest, Dataset, Algorithm, Job, Run, Datasets, Parties }

/// <summary>Calls and events in small numbers, as the bytes of the chain: just enough of the ABI for this contract.</summary>
public sealed class ContractEncoding
{
    private static readonly Dictionary<Operation, ValueKind[]> Calls = new()
    {
        [Operation.Nominate] = [ValueKind.Key, ValueKind.Number],
        [Operation.Claim] = [ValueKind.Organisation],
        [Operation.Retire] = [ValueKind.Key],
        [Operation.OpenMotion] = [ValueKind.Number, ValueKind.Number, ValueKind.Organisation, ValueKind.Number, ValueKind.Key, ValueKind.Time],
        [Operation.Vote] = [ValueKind.Number],
        [Operation.SetDataset] = [ValueKind.Label, ValueKind.Digest],
        [Operation.SetAlgorithm] = [ValueKind.Label, ValueKind.Digest],
        [Operation.Propose] = [ValueKind.Label, ValueKind.Digest, ValueKind.Algorithm, ValueKind.Number, ValueKind.Datasets, ValueKind.Parties,
            ValueKind.Time, ValueKind.Time, ValueKind.Number],
        [Operation.Approve] = [ValueKind.Job, ValueKind.Digest, ValueKind.Dataset, ValueKind.Number, ValueKind.Number, ValueKind.Time],
        [Operation.ApproveAlgorithm] = [ValueKind.Job, ValueKind.Digest, ValueKind.Dataset, ValueKind.Number],
        [Operation.Refuse] = [ValueKind.Job, ValueKind.Number],
        [Operation.Revoke] = [ValueKind.Job, ValueKind.Dataset],
        [Operation.Close] = [ValueKind.Job],
        [Operation.StartRun] = [ValueKind.Job, ValueKind.Label, ValueKind.Time],
        [Operation.Commit] = [ValueKind.Run, ValueKind.Digest, ValueKind.Digest, ValueKind.Digest, ValueKind.Number],
        [Operation.Open] = [ValueKind.Run, ValueKind.Digest],
        [Operation.Abort] = [ValueKind.Run, ValueKind.Number],
        [Operation.Expire] = [ValueKind.Run],
        [Operation.Checkpoint] = [ValueKind.Number, ValueKind.Digest],
    };

    private static readonly Dictionary<EventKind, ValueKind[]> EventValues = new()
    {
        [EventKind.OrgChanged] = [ValueKind.Organisation, ValueKind.Number, ValueKind.Number],
        [EventKind.KeyNominated] = [ValueKind.Organisation, ValueKind.Key, ValueKind.Number, ValueKind.Time],
        [EventKind.KeyChanged] = [ValueKind.Organisation, ValueKind.Key, ValueKind.Number],
        [EventKind.MotionOpened] = [ValueKind.Number, ValueKind.Organisation, ValueKind.Number, ValueKind.Organisation, ValueKind.Number,
            ValueKind.Key, ValueKind.Time],
        [EventKind.MotionVoted] = [ValueKind.Number, ValueKind.Organisation],
        [EventKind.MotionCarried] = [ValueKind.Number],
        [EventKind.Paused] = [ValueKind.Number],
        [EventKind.QuorumChanged] = [ValueKind.Number],
        [EventKind.SuccessorSet] = [ValueKind.Key],
        [EventKind.DatasetChanged] = [ValueKind.Dataset, ValueKind.Organisation, ValueKind.Label, ValueKind.Digest, ValueKind.Number, ValueKind.Number],
        [EventKind.AlgorithmChanged] = [ValueKind.Algorithm, ValueKind.Organisation, ValueKind.Label, ValueKind.Digest, ValueKind.Number, ValueKind.Number],
        [EventKind.JobProposed] = [ValueKind.Job, ValueKind.Organisation, ValueKind.Digest, ValueKind.Label, ValueKind.Algorithm, ValueKind.Number,
            ValueKind.Time, ValueKind.Time, ValueKind.Number, ValueKind.Datasets, ValueKind.Parties],
        [EventKind.GrantGiven] = [ValueKind.Job, ValueKind.Dataset, ValueKind.Organisation, ValueKind.Number, ValueKind.Number, ValueKind.Time],
        [EventKind.AlgorithmApproved] = [ValueKind.Job, ValueKind.Dataset, ValueKind.Organisation, ValueKind.Number, ValueKind.Number],
        [EventKind.GrantRefused] = [ValueKind.Job, ValueKind.Organisation, ValueKind.Number],
        [EventKind.GrantRevoked] = [ValueKind.Job, ValueKind.Dataset, ValueKind.Organisation],
        [EventKind.JobStateChanged] = [ValueKind.Job, ValueKind.Number],
        [EventKind.RunStarted] = [ValueKind.Run, ValueKind.Job, ValueKind.Label, ValueKind.Time, ValueKind.Number],
        [EventKind.RunCommitted] = [ValueKind.Run, ValueKind.Organisation, ValueKind.Digest, ValueKind.Digest, ValueKind.Digest, ValueKind.Number,
            ValueKind.Number],
        [EventKind.RunOpened] = [ValueKind.Run, ValueKind.Organisation, ValueKind.Digest],
        [EventKind.RunAborted] = [ValueKind.Run, ValueKind.Organisation, ValueKind.Number],
        [EventKind.RunStateChanged] = [ValueKind.Run, ValueKind.Number],
        [EventKind.Checkpoint] = [ValueKind.Organisation, ValueKind.Number, ValueKind.Digest],
        [EventKind.CheckpointConflict] = [ValueKind.Organisation, ValueKind.Number, ValueKind.Digest, ValueKind.Number, ValueKind.Digest],
    };

    private readonly Dictionary<Operation, string> _selectors = [];
    private readonly Dictionary<EventKind, (string Topic, bool[] Indexed)> _events = [];
    private readonly string[] _keys;
    private readonly string[] _items = new string[ConsortiumModel.Items + 1];
    private readonly string[] _runs = new string[ConsortiumModel.Runs + 1];

    private ContractEncoding(string[] keys) => _keys = keys;

    /// <summary>Reads names from the build, topics and ids from the chain, whose hash is its own affair.</summary>
    public static async Task<ContractEncoding> CreateAsync(TestNode node, string contract, string[] keys)
    {
        var encoding = new ContractEncoding(keys);
        foreach (var (signature, selector) in ConsortiumBuild.Json["selectors"]!.AsObject())
            if (Enum.TryParse<Operation>(signature.Split('(')[0], ignoreCase: true, out var operation)) encoding._selectors[operation] = (string)selector!;
        foreach (var item in ConsortiumBuild.Json["abi"]!.AsArray().Where(item => (string)item!["type"]! == "event"))
        {
            var inputs = item!["inputs"]!.AsArray();
            var signature = $"{item["name"]}({string.Join(',', inputs.Select(i => (string)i!["type"]!))})";
            var topic = (string)(await node.CallAsync("web3_sha3", "0x" + Convert.ToHexStringLower(Encoding.ASCII.GetBytes(signature))))!;
            encoding._events[Enum.Parse<EventKind>((string)item["name"]!)] = (topic[2..], [.. inputs.Select(i => (bool)i!["indexed"]!)]);
        }

        var idOf = (string)ConsortiumBuild.Json["selectors"]!["idOf(bytes32,bytes32)"]!;
        encoding._items[0] = encoding._runs[0] = Zero;
        async Task<string> Ask(string owner, int label) => ((string)(await node.CallAsync(
            "eth_call", new JsonObject { ["to"] = contract, ["data"] = $"0x{idOf}{owner}{Random("label", label)}" }, "latest"))!)[2..];
        for (var owner = 1; owner <= ConsortiumModel.Organisations; owner++)
            for (var label = 1; label <= ConsortiumModel.Labels; label++)
                encoding._items[ConsortiumModel.IdOf(owner, label)] = await Ask(Random("organisation", owner), label);
        for (var job = 1; job <= ConsortiumModel.Items; job++)
            for (var label = 1; label <= ConsortiumModel.Labels; label++)
                encoding._runs[ConsortiumModel.IdOf(job, label)] = await Ask(encoding._items[job], label);
        return encoding;
    }

    /// <summary>The zero word.</summary>
    public static readonly string Zero = new('0', 64);

    /// <summary>Datasets in the order of their ids.</summary>
    public int[] DatasetOrder => [.. Enumerable.Range(1, ConsortiumModel.Items).OrderBy(i => _items[i], StringComparer.Ordinal)];

    /// <summary>The id of an organisation.</summary>
    public static string Organisation(int organisation) => Random("organisation", organisation);

    /// <summary>The data of a transaction, in hexadecimal.</summary>
    public string Data(in ContractCall call)
    {
        var kinds = Calls[call.Operation];
        var values = new long[kinds.Length];
        for (var i = 0; i < values.Length; i++) values[i] = call[i];
        return "0x" + _selectors[call.Operation] + Encode(kinds, values);
    }

    /// <summary>The data of a question about a job.</summary>
    public string Authorized(int job) => $"0x{ConsortiumBuild.Json["selectors"]!["authorized(bytes32)"]}{_items[job]}";

    /// <summary>Topics and data of an event, as one line.</summary>
    public string Log(ContractEvent happened)
    {
        var (topic, indexed) = _events[happened.Kind];
        var kinds = EventValues[happened.Kind];
        Assert.Equal(kinds.Length, happened.Values.Length);
        var topics = kinds.Index().Where(k => indexed[k.Index]).Select(k => Word(k.Item, happened.Values[k.Index]));
        var rest = kinds.Index().Where(k => !indexed[k.Index]).ToArray();
        return string.Join(' ', [topic, .. topics, "/", Encode([.. rest.Select(k => k.Item)], [.. rest.Select(k => happened.Values[k.Index])])]);
    }

    /// <summary>The same of a log that the chain gave.</summary>
    public static string Log(JsonObject log) =>
        string.Join(' ', [.. log["topics"]!.AsArray().Select(t => ((string)t!)[2..]), "/", ((string)log["data"]!)[2..]]);

    private string Encode(ValueKind[] kinds, long[] values)
    {
        var (head, tail) = (new StringBuilder(), new StringBuilder());
        foreach (var (i, kind) in kinds.Index())
        {
            if (kind is not (ValueKind.Datasets or ValueKind.Parties))
            {
                head.Append(Word(kind, values[i]));
                continue;
            }

            head.Append(Number(kinds.Length * 32 + tail.Length / 2));
            tail.Append(Number(BitOperations.PopCount((ulong)values[i])));
            var words = Enumerable.Range(0, 63).Where(b => (values[i] >> b & 1) != 0)
                .Select(b => Word(kind == ValueKind.Datasets ? ValueKind.Dataset : ValueKind.Organisation, b));
            tail.AppendJoin("", words.Order(StringComparer.Ordinal));
        }

        return head.Append(tail).ToString();
    }

    private string Word(ValueKind kind, long value) => kind switch
    {
        ValueKind.Number => Number(value),
        ValueKind.Time => Number(value == 0 ? 0 : TestNode.Genesis + value),
        ValueKind.Organisation => Random("organisation", value),
        ValueKind.Key => (value == 0 ? "" : _keys[value][2..]).PadLeft(64, '0'),
        ValueKind.Label => Random("label", value),
        ValueKind.Digest => Random("digest", value),
        ValueKind.Run => _runs[value],
        _ => _items[value],
    };

    private static string Random(string what, long value) =>
        value == 0 ? Zero : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{what} {value}")));

    private static string Number(long value)
    {
        var word = new byte[32];
        BinaryPrimitives.WriteInt64BigEndian(word.AsSpan(24), value);
        return Convert.ToHexStringLower(word);
    }
}
