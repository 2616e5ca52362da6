using System.Text;
using Collab.Console.Hosting;
using Collab.Evidence.Archives;
using Collab.Primitives;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Audit;

/// <summary>Verifies a file that the auditor brings, by the same verifier as the command line's.</summary>
public sealed partial class VerifyPage
{
    /// <summary>The largest request that this page takes, in bytes: a file of 64 MiB and what is around it.</summary>
    public const long LargestUpload = (64L << 20) + (2 << 20);

    private const long LargestFile = 64L << 20, LargestTrust = 1 << 20;

    /// <summary>There is no file, or it is too large.</summary>
    public static readonly ErrorCode FileUnfit = new(
        "console.file-unfit", ErrorKind.InvalidInput, "Choose a bundle or an archive of at most 64 MiB; check larger ones with 'collab audit verify'.");

    /// <summary>The file.</summary>
    [SupplyParameterFromForm(FormName = "verify")]
    public IFormFile? Evidence { get; set; }

    /// <summary>A consortium file.</summary>
    [SupplyParameterFromForm(FormName = "verify")]
    public IFormFile? Trust { get; set; }

    private VerifiedFile? Verified { get; set; }

    private bool IsOwnTrust { get; set; }

    private Task VerifyAsync() => TryAsync(async () =>
    {
        if (Evidence is not { Length: > 0 and <= LargestFile } file) throw new CollabException(FileUnfit, "There is no file, or it is larger than 64 MiB.");
        if (Trust is { Length: > LargestTrust }) throw new CollabException(FileUnfit, "A consortium file is smaller than 1 MiB.");
        IsOwnTrust = Trust is not { Length: > 0 };
        var trust = IsOwnTrust ? Settings.OwnTrust : Settings.ReadTrust(Encoding.UTF8.GetString(await ReadAsync(Trust!)));
        Verified = AuditDesk.Verify(Path.GetFileName(file.FileName), await ReadAsync(file), trust);
    });

    private static async Task<byte[]> ReadAsync(IFormFile file)
    {
        var content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content);
        return content;
    }
}
