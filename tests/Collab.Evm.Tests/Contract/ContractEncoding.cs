using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Collab.Evm.Codecs;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;

namespace Collab.Evm.Tests.Contract;

/// <summary>What a small number of a call or an event stands for on the chain.</summary>
internal enum ValueKind { Number, Time, Organisation, Key, Label, Digest, Dataset, Algorithm, Job, Run, Datasets, Parties }

/// <summary>Calls and events in small numbers, as what the chain takes and tells.</summary>
internal sealed class ContractEncoding
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

    private readonly Dictionary<Operation, AbiFunction> _functions = [];
    private readonly Dictionary<Digest, AbiEvent> _events = [];
    private readonly EvmAddress[] _keys;
    private readonly byte[][] _items = new byte[ConsortiumModel.Items + 1][];
    private readonly byte[][] _runs = new byte[ConsortiumModel.Runs + 1][];

    private ContractEncoding(EvmAddress[] keys)
    {
        _keys = keys;
        foreach (var item in ConsortiumBuild.Json["abi"]!.AsArray())
        {
            var inputs = item!["inputs"]!.AsArray();
            var signature = $"{item["name"]}({string.Join(',', inputs.Select(i => (string)i!["type"]!))})";
            if ((string)item["type"]! == "event")
            {
                var read = AbiEvent.Parse(signature, [.. inputs.Index().Where(i => (bool)i.Item!["indexed"]!).Select(i => i.Index)]);
                _events[read.Topic] = read;
            }
            else if ((string)item["type"]! == "function" && Enum.TryParse<Operation>((string)item["name"]!, ignoreCase: true, out var operation))
            {
                _functions[operation] = AbiFunction.Parse(signature);
            }
        }
    }

    /// <summary>Reads names from the build, and ids from the chain, whose hash is its own affair.</summary>
    public static async Task<ContractEncoding> CreateAsync(Anvil node, EvmAddress contract, EvmAddress[] keys)
    {
        var encoding = new ContractEncoding(keys);
        encoding._items[0] = encoding._runs[0] = new byte[Digest.Size];
        var idOf = AbiFunction.Parse("idOf(bytes32,bytes32)", "(bytes32)");
        async Task<byte[]> Ask(byte[] owner, int label)
        {
            var call = new JsonObject { ["to"] = contract.ToString(), ["data"] = HexText.Of(idOf.EncodeCall(owner, Random("label", label))) };
            return (byte[])idOf.DecodeResult(HexText.Bytes((await node.AskAsync("eth_call", call, "latest")).GetString(), "bytes"))[0];
        }

        for (var owner = 1; owner <= ConsortiumModel.Organisations; owner++)
            for (var label = 1; label <= ConsortiumModel.Labels; label++)
                encoding._items[ConsortiumModel.IdOf(owner, label)] = await Ask(Random("organisation", owner), label);
        for (var job = 1; job <= ConsortiumModel.Items; job++)
            for (var label = 1; label <= ConsortiumModel.Labels; label++)
                encoding._runs[ConsortiumModel.IdOf(job, label)] = await Ask(encoding._items[job], label);
        return encoding;
    }

    /// <summary>What decides whether a run may start.</summary>
    public static AbiFunction Authorized { get; } = AbiFunction.Parse("authorized(bytes32)", "(uint8,uint256,uint256)");

    /// <summary>Datasets in the order of their ids.</summary>
    public int[] DatasetOrder => [.. Enumerable.Range(1, ConsortiumModel.Items).OrderBy(i => _items[i], ByteOrder)];

    /// <summary>The id of an organisation.</summary>
    public static byte[] Organisation(long organisation) => Random("organisation", organisation);

    /// <summary>The id of a job.</summary>
    public byte[] Job(int job) => _items[job];

    /// <summary>The data of a transaction.</summary>
    public byte[] Data(ContractCall call) => _functions[call.Operation].EncodeCall([.. Calls[call.Operation].Select((kind, i) => Value(kind, call[i]))]);

    /// <summary>An event as a line.</summary>
    public string Log(ContractEvent happened)
    {
        var kinds = EventValues[happened.Kind];
        Assert.Equal(kinds.Length, happened.Values.Length);
        return Line(happened.Kind.ToString(), kinds.Zip(happened.Values, Value));
    }

    /// <summary>A log entry of the chain as a line.</summary>
    public string Log(JsonNode log)
    {
        Digest[] topics = [.. log["topics"]!.AsArray().Select(t => HexText.Digest((string)t!, "a topic"))];
        var happened = _events[topics[0]];
        return Line(happened.Name, happened.Decode(topics, HexText.Bytes((string)log["data"]!, "data")));
    }

    private static string Line(string name, IEnumerable<object> values) => $"{name} {string.Join(' ', values.Select(Text))}";

    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        object[] list => $"[{string.Join(' ', list.Select(Text))}]",
        bool bit => bit ? "1" : "0",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private object Value(ValueKind kind, long value) => kind switch
    {
        ValueKind.Number => (BigInteger)value,
        ValueKind.Time => (BigInteger)(value == 0 ? 0 : ConsortiumChain.Genesis + value),
        ValueKind.Key => value == 0 ? EvmAddress.Zero : _keys[value],
        ValueKind.Datasets => Sorted(value, id => _items[id]),
        ValueKind.Parties => Sorted(value, id => Organisation(id)),
        ValueKind.Organisation => Organisation(value),
        ValueKind.Label => Random("label", value),
        ValueKind.Digest => Random("digest", value),
        ValueKind.Run => _runs[value],
        _ => _items[value],
    };

    private static object[] Sorted(long set, Func<int, byte[]> id) =>
        [.. Enumerable.Range(0, 63).Where(i => (set >> i & 1) != 0).Select(id).Order(ByteOrder)];

    private static Comparer<byte[]> ByteOrder { get; } = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static byte[] Random(string what, long value) =>
        value == 0 ? new byte[Digest.Size] : SHA256.HashData(Encoding.ASCII.GetBytes($"{what} {value}"));
}
