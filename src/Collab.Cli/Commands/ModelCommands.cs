using System.CommandLine;
using System.Globalization;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab model</c>: the models that this node has a part of.</summary>
internal static class ModelCommands
{
    private static readonly Argument<string> Model = new("model") { Description = "The run that trained it, or the job; or the first digits." };

    public static Command Create() => new("model", "Models that this node has a part of.") { List(), Show(), Export(), Forget() };

    private static Command List()
    {
        var command = new Command("list", "The models, the newest first.\nExample: collab model list --home ~/bank") { Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<ModelsView>(Verbs.ListModels, new EmptyRequest(), cancellation);
            return output.Answer(view, console =>
            {
                var table = new Table().AddColumns(["model", "what", "purpose", "parts here"]);
                foreach (var model in view.Models) table.AddRow(Markup.Escape(model.Model[..12]), Markup.Escape(Output.Text(model.Asked)), Markup.Escape(model.Purpose), Markup.Escape(string.Join(", ", model.PartsHere)));
                console.Write(table);
            });
        }));
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "One model, with what the parts that are here say: coefficients per unit of a column, or how many splits are on it.\nExample: collab model show 3f9ac2d1 --home ~/bank")
        {
            Model, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<ModelView>(Verbs.ShowModel, new ModelRequest(parsed.GetRequiredValue(Model)), cancellation);
            return output.Answer(view, console =>
            {
                console.MarkupLineInterpolated($"[bold]{view.Model[..12]}[/]  {Output.Text(view.Asked)}");
                console.MarkupLineInterpolated($"parts here: {string.Join(", ", view.PartsHere)} of {string.Join(", ", view.Owners)}{(view.LabelOwner is { } owner ? $"; predictions go to {owner}" : ", each of which has the whole")}");
                var table = new Table().AddColumns(["party", "column", view.Terms is [var first, ..] ? first.Name : "value"]);
                table.Columns[2].RightAligned();
                foreach (var term in view.Terms ?? []) table.AddRow(Markup.Escape(term.Of), Markup.Escape(term.Column), term.Value.ToString("G6", CultureInfo.InvariantCulture));
                console.Write(table);
            });
        }));
        return command;
    }

    private static Command Export()
    {
        var format = new Option<string>("--format") { Description = "onnx or pmml.", DefaultValueFactory = _ => "onnx" };
        var file = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var command = new Command("export", "Writes a whole model as a file for other programs, where the job gave this party the parts of all ('whole-to').\nExample: collab model export 3f9ac2d1 --format pmml --out model.pmml --home ~/bank")
        {
            Model, format, file, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var (request, path) = (new ModelRequest(parsed.GetRequiredValue(Model), parsed.GetRequiredValue(format)), parsed.GetRequiredValue(file).FullName);
            using var content = new MemoryStream();
            await client.CopyAsync(Verbs.ExportModel, request, content, cancellation);
            await System.IO.File.WriteAllBytesAsync(path, content.ToArray(), cancellation);
            return output.Answer(new { file = path, bytes = content.Length }, console => console.MarkupLineInterpolated($"written: {path}, {content.Length} bytes"));
        }));
        return command;
    }

    private static Command Forget()
    {
        var command = new Command("forget", "Forgets the parts of a model that are here, for good: nobody predicts by it any more.\nExample: collab model forget 3f9ac2d1 --home ~/bank")
        {
            Model, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<ModelView>(Verbs.ForgetModel, new ModelRequest(parsed.GetRequiredValue(Model)), cancellation);
            return output.Answer(view, console => console.MarkupLineInterpolated($"forgotten: {view.Model[..12]}"));
        }));
        return command;
    }
}
