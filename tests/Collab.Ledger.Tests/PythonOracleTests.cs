using System.Diagnostics;
using System.Text.Json;
using Collab.Primitives;

namespace Collab.Ledger.Tests;

public class PythonOracleTests
{
    [Fact]
    public async Task An_independent_program_finds_the_same_roots_and_reads_the_same_note()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        await log.AppendAsync(Consortium.Entries(0, 300));
        var cosigned = log.AddCosignatures(log.Latest!.CosignedBy(c.WitnessSigner(1)));
        int[] sizes = [0, 1, 2, 3, 255, 256, 257, 299, 300];
        var verifier = c.Policy.Parties[0].Log;
        var answer = Ask(new
        {
            entries = Enumerable.Range(0, 300).Select(i => Convert.ToHexStringLower(NaiveTree.Entry(i))),
            sizes,
            note = cosigned.ToString(),
            vkey = verifier.ToString(),
            vkey_key = verifier.Key.ToString(),
        });
        for (var i = 1; i < sizes.Length; i++)
        {
            var root = new Digest(Convert.FromHexString(answer.GetProperty("roots")[i].GetString()!));
            Assert.True(log.ConsistencyProof(sizes[i], 300).Verify(root, cosigned.Root));
        }

        Assert.Equal(cosigned.Root.ToString(), answer.GetProperty("roots")[sizes.Length - 1].GetString());
        Assert.Equal(cosigned.Root.ToString(), answer.GetProperty("root").GetString());
        Assert.Equal(300, answer.GetProperty("size").GetInt64());
        Assert.Equal(Consortium.Origin(0), answer.GetProperty("origin").GetString());
        Assert.Equal(
            cosigned.Note.Signatures.Select(s => s.KeyId.ToString("x8")), answer.GetProperty("signature_key_ids").EnumerateArray().Select(id => id.GetString()!));
    }

    private static JsonElement Ask(object question)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "merkle_note.py");
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        python.StandardInput.Write(JsonSerializer.Serialize(question));
        python.StandardInput.Close();
        var output = python.StandardOutput.ReadToEnd();
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
