from django import forms

from .models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["text", "file"]

    def save(self, commit=True):
        upload = self.cleaned_data["file"]
        self.instance.file_name = upload.name[:255] if upload else ""
        return super().save(commit)
