using System.Text;
using System.Text.Json;
using Collab.Engine;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Storage;

/// <summary>
/// Released results, a folder a run: <c>result.csv</c> and <c>result.json</c> to read, <c>result.bin</c> and <c>opening.bin</c> for an auditor to whom
/// the result is shown; of records attested or delivered a file each under <c>records</c>. Complete or not there.
/// </summary>
public sealed class ResultFolder(string folder) : IResultSink
{
    /// <summary>The result as one JSON document.</summary>
    public const string JsonFile = "result.json";

    /// <summary>The result as a table.</summary>
    public const string CsvFile = "result.csv";

    /// <summary>The canonical bytes that the commitment covers.</summary>
    public const string CanonicalFile = "result.bin";

    /// <summary>What opens the commitment.</summary>
    public const string OpeningFile = "opening.bin";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Where the result of a run is, or null.</summary>
    public string? Find(Digest run) => Directory.Exists(PathOf(run)) ? PathOf(run) : null;

    /// <inheritdoc/>
    public void Release(Plan plan, Digest run, SealedResult result)
    {
        var final = PathOf(run);
        if (Directory.Exists(final)) return;
        var pending = final + ".pending";
        if (Directory.Exists(pending)) Directory.Delete(pending, recursive: true);
        Directory.CreateDirectory(folder, OwnerOnly);
        Directory.CreateDirectory(pending, OwnerOnly);

        var opening = new CanonicalWriter();
        result.Opening.EncodeSecret(opening);
        DurableFile.Replace(Path.Combine(pending, CanonicalFile), result.Result.WriteTo);
        DurableFile.Replace(Path.Combine(pending, OpeningFile), opening.Written);
        DurableFile.Replace(Path.Combine(pending, CsvFile), stream =>
        {
            using var text = new StreamWriter(stream, Utf8, leaveOpen: true);
            ResultText.WriteCsv(text, result.Result);
        });
        DurableFile.Replace(
            Path.Combine(pending, JsonFile),
            stream => JsonSerializer.Serialize(stream, ResultText.ToDocument(plan, run, result.Result), OperatorJson.Indented));
        RecordFiles.Write(pending, result.Result);
        Directory.Move(pending, final);
        DurableFile.SyncDirectory(folder);
    }

    private string PathOf(Digest run) => Path.Combine(folder, run.ToString());
}
